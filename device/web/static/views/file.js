// The node's YAML file: what is wrong with it stands at its line while it is typed, and nothing with a fault is saved.
import { command, get, post, say, t, translate } from "../node.js";
import { el, write } from "../dom.js";

const PAUSE_MS = 400;

export function show(root) {
  let revision = "";
  let restart = null;
  let timer = 0;
  let asked = 0;
  const path = el("code");
  const numbers = el("pre", { className: "numbers", "aria-hidden": "true" });
  const text = el("textarea", { id: "yaml", spellcheck: false, wrap: "off", autocapitalize: "off", autocomplete: "off", "aria-describedby": "yaml-state yaml-help" });
  const state = el("p", { id: "yaml-state", role: "status" });
  const faults = el("ul", { className: "list", id: "yaml-faults" });
  const again = el("button", { textContent: t("restart_now"), hidden: true });

  const fill = (shown) => {
    ({ revision, restart } = shown);
    write(path, shown.path);
    text.value = shown.text;
    mark([]);
  };
  const go = (line) => {
    const start = text.value.split("\n").slice(0, Math.max(line - 1, 0)).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    text.scrollTop = (line - 3) * parseFloat(getComputedStyle(text).lineHeight);
  };
  function mark(found) {
    const bad = new Set(found.map((fault) => fault.line));
    const count = text.value.split("\n").length;
    numbers.replaceChildren(...Array.from({ length: count }, (_, at) =>
      el("span", { className: bad.has(at + 1) ? "bad" : "", textContent: `${bad.has(at + 1) ? "▶" : ""}${at + 1}\n` })));
    numbers.scrollTop = text.scrollTop;
    text.setAttribute("aria-invalid", String(found.length > 0));
    state.className = found.length ? "bad" : "good";
    write(state, found.length ? t("yaml_faults", { count: found.length }) : t("yaml_valid"));
    faults.replaceChildren(...found.map(({ line, path: setting, message }) => el("li", {},
      el("button", { className: "line", onclick: () => go(line) },
        el("span", { textContent: [t("yaml_line", { line }), setting, translate(message)].filter(Boolean).join(": ") })))));
  }
  // What is refused altogether is said where the faults are counted.
  const ask = async (place, body) => {
    try {
      return await (await post(place, JSON.stringify(body))).json();
    } catch (error) {
      state.className = "bad";
      write(state, error.message);
      return null;
    }
  };
  async function check() {
    const number = ++asked;
    const said = await ask("file/check", { text: text.value });
    if (said && number === asked) mark(said.faults);
  }
  async function save() {
    clearTimeout(timer);
    asked++;
    const said = await ask("file", { text: text.value, revision });
    if (!said) return;
    if (said.faults) {
      mark(said.faults);
      faults.querySelector("button")?.focus();
      return;
    }
    fill(said);
    again.hidden = !restart.key;
    say(t("yaml_saved"));
  }

  text.oninput = () => {
    mark([]);
    write(state, "");
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  };
  text.onscroll = () => (numbers.scrollTop = text.scrollTop);
  again.onclick = async () => {
    await command(restart.key, restart.payload);
    again.hidden = true;
    say(t("restarting"));
  };
  const name = el("input", { id: "secret-name", required: true, pattern: "[A-Za-z0-9_]{1,64}", autocomplete: "off" });
  const value = el("input", { id: "secret-value", type: "password", required: true, autocomplete: "new-password" });
  const secrets = el("form", { className: "row" },
    el("div", {}, el("label", { for: name.id, textContent: t("secret_name") }), name),
    el("div", {}, el("label", { for: value.id, textContent: t("secret_value") }), value),
    el("button", { textContent: t("secret_keep") }));
  secrets.onsubmit = async (event) => {
    event.preventDefault();
    const said = await ask("file/secret", { name: name.value, value: value.value });
    if (!said) return;
    say(t("secret_kept", { name: name.value }));
    secrets.reset();
    check();
  };

  root.append(
    el("p", { className: "quiet", id: "yaml-help", textContent: t("yaml_help") }),
    el("label", { for: text.id }, path),
    el("div", { className: "editor" }, numbers, text),
    state,
    faults,
    el("div", { className: "row" },
      el("button", { className: "main", textContent: t("save"), onclick: save }), again),
    el("h2", { textContent: t("secrets") }),
    el("p", { className: "quiet", textContent: t("secrets_help") }),
    secrets);
  get("file").then(fill);
  return () => clearTimeout(timer);
}
