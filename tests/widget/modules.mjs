/**
 * The widget's modules for Node, which reads a `.js` file as a module only beside a package.json that says so; the
 * shipped folder has none, so the files are copied to one that does.
 */

import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folders = fileURLToPath(new URL("../../chatbot/static/chatbot/", import.meta.url));
const source = join(folders, readdirSync(folders).find((name) => name.startsWith("widget-")));
const copy = mkdtempSync(join(tmpdir(), "widget-"));
for (const name of readdirSync(source).filter((name) => name.endsWith(".js"))) copyFileSync(join(source, name), join(copy, name));
writeFileSync(join(copy, "package.json"), '{"type": "module"}');
process.on("exit", () => rmSync(copy, { recursive: true }));

/** @param {string} name */
export const load = (name) => import(pathToFileURL(join(copy, name)).href);
