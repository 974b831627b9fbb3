// A headless shop's chat: the AI SDK's own chat class (what `useChat` wraps) over its own HTTP transport.
//
//     node ai_sdk.mjs PACKAGE API HEADERS SCENARIO TEXT
//
// Prints what such a chat holds at the end, as one line of JSON.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, api, headers, scenario, text] = process.argv.slice(2);
const { AbstractChat, DefaultChatTransport } = await import(pathToFileURL(join(folder, "dist", "index.mjs")).href);

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = (message) => { this.messages = [...this.messages, message]; };
  popMessage = () => { this.messages = this.messages.slice(0, -1); };
  replaceMessage = (index, message) => { this.messages = this.messages.with(index, structuredClone(message)); };
  snapshot = (value) => structuredClone(value);
}

class Chat extends AbstractChat {
  constructor(options) {
    const transport = new DefaultChatTransport({ api, headers: JSON.parse(headers) });
    super({ transport, onData: (part) => this.data.push(part), state: new State(), ...options });
    this.data = [];
  }

  told() {
    const { messages, status, error, data } = this;
    return { messages, status, error: error?.message, data };
  }

  async hears(words) {
    while (!JSON.stringify(this.lastMessage?.parts ?? []).includes(words)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

const scenarios = {
  async ask(chat) {
    await chat.sendMessage({ text });
    return [chat.told()];
  },
  async askTwice(chat) {
    await chat.sendMessage({ text });
    await chat.sendMessage({ text });
    return [chat.told()];
  },
  async comeBack(chat) {
    const asking = chat.sendMessage({ text });
    await chat.hears("Hel");
    const again = new Chat({ id: chat.id });
    await again.resumeStream();
    await asking;
    return [chat.told(), again.told()];
  },
  async comeBackToNothing(chat) {
    await chat.resumeStream();
    return [chat.told()];
  },
  async stopOnServer(chat) {
    const asking = chat.sendMessage({ text });
    await chat.hears("Hel");
    await fetch(`${api}/${chat.id}/stop`, { method: "POST", headers: JSON.parse(headers) });
    await asking;
    return [chat.told()];
  },
};

console.log(JSON.stringify(await scenarios[scenario](new Chat({ id: "main" }))));
