// The node's switches and numbers, as Home Assistant has them: a change is a command, and the node says what came of it.
import { command, get, known, listen, say, t } from "../node.js";
import { el } from "../dom.js";

const makers = {
  switch: ({ options: [[on], [off]] }, send) => {
    const box = el("input", { type: "checkbox", role: "switch", onchange: () => send(box.checked ? on : off) });
    return [box, (value) => (box.checked = value === on)];
  },
  select: ({ options }, send) => {
    const list = el("select", { onchange: () => send(list.value) },
      ...options.map(([value, textContent]) => el("option", { value, textContent })));
    return [list, (value) => (list.value = value)];
  },
  number: ({ minimum, maximum, step }, send) => {
    const box = el("input", { type: "number", min: String(minimum), max: String(maximum), step: String(step), required: true });
    box.onchange = () => box.reportValidity() && send(box.value);
    return [box, (value) => (box.value = value)];
  },
  button: ({ name, options: [[press]] }, send) => {
    const button = el("button", { textContent: name, onclick: async () => (await send(press)) && say(t("asked")) });
    return [button, () => {}];
  },
};

export function show(root) {
  const list = el("div");
  const setters = new Map();
  const fill = () => {
    const values = known.documents.settings ?? {};
    for (const [key, set] of setters) if (key in values) set(values[key]);
  };
  root.append(el("p", { className: "quiet", textContent: t("settings_shared") }), list);
  get("settings").then((rows) => {
    for (const row of rows) {
      // What the node refuses is shown as it was.
      const send = (value) => command(row.key, value).then(() => true, () => (fill(), false));
      const [input, set] = makers[row.kind](row, send);
      setters.set(row.key, set);
      input.id = `set-${row.key}`;
      input.setAttribute("aria-describedby", `about-${row.key}`);
      list.append(el("div", { className: "setting" },
        row.kind === "button" ? null : el("label", { for: input.id, textContent: row.name + (row.unit ? ` (${row.unit})` : "") }),
        input,
        el("p", { id: `about-${row.key}`, className: "quiet", textContent: row.meaning })));
    }
    fill();
  });
  return listen((name, content) => {
    if (name === "document" && content.name === "settings") fill();
  });
}
