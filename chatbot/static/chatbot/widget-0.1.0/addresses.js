/**
 * Which addresses may stand on the page. Everything else (`javascript:`, `data:`, another site named by the model) is
 * shown as text or not at all.
 */

/**
 * An address from product data, absolute; null unless it is http or https.
 * @param {string | undefined} address
 * @param {string} base The page's own address.
 */
export function shown(address, base) {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * An address that a model wrote; null unless it is on the shop's own site.
 * @param {string} address
 * @param {string} base
 */
export function trusted(address, base) {
  const href = shown(address, base);
  return href !== null && new URL(href).origin === new URL(base).origin ? href : null;
}
