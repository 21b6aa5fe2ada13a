// What all views use: the words, requests to the node, and what happens on it.
import { write } from "./dom.js";

export const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
const { texts, sentences } = await (await fetch("words")).json();

/** Return a text in the reader's language; {names} in it are replaced. */
export function t(key, values = {}) {
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`{${name}}`, value),
    texts[key] ?? key,
  );
}

// What varies in a sentence may be a sentence.
const patterns = sentences.map(([english, local]) => [
  new RegExp(`^(\\s*)${english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\d+\}/g, "(.*?)")}(\\s*)$`),
  local,
]);

function inLanguage(line) {
  for (const [pattern, local] of patterns) {
    const found = line.match(pattern);
    if (found) return found[1] + local.replace(/\{(\d+)\}/g, (_, number) => inLanguage(found[Number(number) + 1])) + found.at(-1);
  }
  return line;
}

/** Return what the node says in English in the reader's language. */
export const translate = (text) => text.split("\n").map(inLanguage).join("\n");

/** Return a moment as the reader's language writes it. */
export const time = (iso) => new Date(iso).toLocaleString([], { dateStyle: "short", timeStyle: "medium" });

/** Ask the node for something; what it refuses is shown, and thrown. */
export async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: options.method ? { "x-csrf-token": meta("csrf"), ...options.headers } : options.headers,
  });
  if (answer.status === 401) location.reload();
  if (!answer.ok) {
    const error = translate((await answer.json().catch(() => ({ error: answer.statusText }))).error);
    say(error);
    throw new Error(error);
  }
  return answer;
}

export const get = async (path) => (await ask(path)).json();
export const post = (path, body, headers) => ask(path, { method: "POST", body, headers });
/** Send a command, as Home Assistant would. */
export const command = (key, payload) => post(`command/${encodeURIComponent(key)}`, payload);

let silence = 0;
/** Say something for a few seconds. */
export function say(text) {
  write(document.getElementById("toast"), text);
  clearTimeout(silence);
  silence = setTimeout(() => write(document.getElementById("toast"), ""), 8000);
}

/** What the node has said last, by the event's name; documents by theirs. */
export const known = { privacy: false, documents: {} };
const listeners = new Set();

/** Call a function with the name and the content of each event until the view is left. */
export function listen(call) {
  listeners.add(call);
  return () => listeners.delete(call);
}

function happened(name, content) {
  if (name === "document") known.documents[content.name] = content.content;
  else known[name] = content;
  if (name === "privacy") {
    const banner = document.getElementById("banner");
    banner.hidden = !content;
    write(banner, content ? t("privacy_on") : "");
  }
  for (const call of [...listeners]) call(name, content);
}

/** Listen to the node, for as long as the page is open. */
export function follow() {
  let isLost = false;
  const open = () => {
    const events = new EventSource("events");
    for (const name of ["privacy", "document", "observation", "pictures_gone", "forgotten", "health", "enrolment", "people"]) {
      events.addEventListener(name, (event) => happened(name, JSON.parse(event.data)));
    }
    events.onopen = () => {
      if (isLost) happened("back", null);
      isLost = false;
    };
    events.onerror = async () => {
      isLost = true;
      // A browser does not ask again by itself after a refusal, such as a proxy's while the node restarts.
      if (events.readyState === EventSource.CLOSED) setTimeout(open, 2000);
      happened("lost", null);
      // A session that has ended is not one that comes back.
      if ((await fetch("words").catch(() => null))?.status === 401) location.reload();
    };
  };
  open();
}
