// Reads a JSON array of streams and writes, for each, its events as [event, data], read by npm's eventsource-parser.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const { createParser } = await import(pathToFileURL(join(process.argv[2], "dist", "index.js")).href);
const streams = JSON.parse(readFileSync(0, "utf8"));
const told = streams.map((stream) => {
  const events = [];
  const parser = createParser({ onEvent: (event) => events.push([event.event || "message", event.data]) });
  parser.feed(stream);
  return events;
});
process.stdout.write(JSON.stringify(told));
