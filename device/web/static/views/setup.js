// A node's first start: broker, name, camera and pins, each tried before it is written.
import { get, post, say, t, translate } from "../node.js";
import { el, write } from "../dom.js";

const field = (id, properties = {}) => {
  const input = el("input", { id, autocomplete: "off", ...properties });
  return [input, el("div", {}, el("label", { for: id, textContent: t(`setup_${id}`) }), input)];
};
const send = (path, answer) => post(path, JSON.stringify(answer));
// What the network names takes seconds; whoever is done before does not wait for it.
const search = new AbortController();
const text = (input) => input.value.trim() || null;

function brokerPart() {
  const [host, hostBox] = field("host", { required: true, maxLength: 253 });
  const [port, portBox] = field("port", { type: "number", min: "1", max: "65535", placeholder: "1883" });
  const [username, userBox] = field("username");
  const [password, passwordBox] = field("password", { type: "password", autocomplete: "new-password" });
  const [ca, caBox] = field("ca_file");
  const tls = el("input", { id: "tls", type: "checkbox" });
  const found = el("div", { className: "row" });
  const result = el("p", { role: "status" });
  const attempt = el("button", { type: "button", textContent: t("setup_try") });
  tls.onchange = () => {
    port.placeholder = tls.checked ? "8883" : "1883";
    caBox.hidden = !tls.checked;
  };
  caBox.hidden = true;
  const answer = () => ({
    host: host.value.trim(),
    port: port.value ? Number(port.value) : null,
    is_tls: tls.checked,
    ca_file: tls.checked ? text(ca) : null,
    username: text(username),
    password: password.value || null,
  });
  attempt.onclick = async () => {
    attempt.disabled = true;
    result.className = "";
    write(result, t("setup_trying"));
    try {
      const { works, detail } = await (await send("setup/broker", answer())).json();
      result.className = works ? "good" : "bad";
      write(result, `${t(works ? "works" : "fault")}: ${translate(detail)}`);
    } catch (error) {
      result.className = "bad";
      write(result, error.message);
    }
    attempt.disabled = false;
  };
  const suggested = fetch("setup/brokers", { signal: search.signal }).then((answer) => (answer.ok ? answer.json() : []), () => []);
  suggested.then((brokers) => found.replaceChildren(...brokers.map((each) =>
    el("button", {
      type: "button",
      textContent: `${each.name} (${each.host}:${each.port})`,
      onclick: () => {
        host.value = each.host;
        port.value = each.port;
        tls.checked = each.is_tls;
        tls.onchange();
      },
    }))));
  const part = el("fieldset", {}, el("legend", { textContent: t("setup_broker") }),
    el("p", { className: "quiet", textContent: t("setup_broker_help") }), found,
    el("div", { className: "row" }, hostBox, portBox),
    el("div", { className: "row" }, userBox, passwordBox),
    el("label", { for: tls.id }, tls, ` ${t("setup_tls")}`), caBox, attempt, result);
  return [part, answer];
}

function cameraPart({ camera, cameras }) {
  const [source, sourceBox] = field("camera", { value: camera });
  const box = el("div", { className: "cameras" });
  const show = async (into, from, alt) => {
    into.replaceChildren(el("span", { textContent: t("setup_trying") }));
    try {
      const url = URL.createObjectURL(await (await send("setup/picture", { source: from })).blob());
      into.replaceChildren(el("img", { className: "picture", src: url, alt, onload: () => URL.revokeObjectURL(url) }));
    } catch (error) {
      into.replaceChildren(el("span", { className: "bad", textContent: error.message }));
    }
  };
  cameras.forEach((each, number) => {
    const choice = el("input", { type: "radio", name: "camera", id: `camera-${number}`, onchange: () => (source.value = each.source) });
    const shown = el("div");
    box.append(el("div", { className: "card" }, el("label", { for: choice.id }, choice, ` ${each.name}`), shown));
    show(shown, each.source, t("setup_sees", { name: each.name }));
  });
  const shown = el("div", { role: "status" });
  const part = el("fieldset", {}, el("legend", { textContent: t("setup_camera_part") }), box,
    el("div", { className: "row" }, sourceBox,
      el("button", { type: "button", textContent: t("setup_show"), onclick: () => show(shown, source.value.trim(), t("setup_sees", { name: source.value })) })),
    shown);
  return [part, () => (source.value.trim() === camera ? null : text(source))];
}

function pinPart() {
  const part = el("fieldset", {}, el("legend", { textContent: t("setup_pins") }), el("p", { className: "quiet", textContent: t("setup_pins_help") }));
  const pins = [["button", "up"], ["motion", "down"]].map(([id, pull]) => {
    const [input, inputBox] = field(id, { type: "number", min: "2", max: "27" });
    const state = el("p", { role: "status" });
    const find = el("button", { type: "button", textContent: t(`setup_find_${id}`) });
    find.onclick = async () => {
      find.disabled = true;
      write(state, t(`setup_press_${id}`));
      try {
        const { pin } = await (await send("setup/pin", { pull })).json();
        if (pin !== null) input.value = pin;
        write(state, pin === null ? t("setup_no_pin") : t("setup_pin", { pin }));
      } catch (error) {
        write(state, error.message);
      }
      find.disabled = false;
    };
    part.append(el("div", { className: "row" }, inputBox, find), state);
    return () => (input.value ? Number(input.value) : null);
  });
  return [part, pins];
}

export function show(root) {
  root.append(el("p", { className: "quiet", textContent: t("setup_intro") }));
  get("setup").then((known) => ask(root, known));
}

function ask(root, known) {
  const [broker, brokerAnswer] = brokerPart();
  const [name, nameBox] = field("name", { value: known.name, required: true, maxLength: 64 });
  const [id, idBox] = field("id", { value: known.id, required: true, pattern: "[A-Za-z0-9_\\-]{1,32}" });
  const [camera, cameraAnswer] = cameraPart(known);
  const [pins, [button, motion]] = pinPart();
  const keeps = el("input", { id: "keeps_page", type: "checkbox" });
  const wrong = el("p", { className: "message", role: "alert" });
  const form = el("form", {}, broker,
    el("fieldset", {}, el("legend", { textContent: t("setup_node") }), el("div", { className: "row" }, nameBox, idBox)),
    camera, pins,
    el("fieldset", {}, el("legend", { textContent: t("setup_page") }), el("label", { for: keeps.id }, keeps, ` ${t("setup_keeps_page")}`)),
    wrong, el("button", { className: "main", textContent: t("setup_finish") }));
  form.onsubmit = async (event) => {
    event.preventDefault();
    search.abort();
    write(wrong, "");
    const answer = await send("setup", {
      broker: brokerAnswer(),
      name: name.value.trim(),
      id: id.value,
      language: document.documentElement.lang,
      camera: cameraAnswer(),
      button: button(),
      motion: motion(),
      keeps_page: keeps.checked,
    }).catch((error) => write(wrong, error.message));
    if (!answer) return;
    const { password } = await answer.json();
    const end = el("div", { className: "card", tabIndex: -1 },
      el("p", { textContent: t("setup_done", { name: name.value.trim() }) }),
      ...(password === null ? [] : [
        el("p", { textContent: t("setup_new_password") }),
        el("p", {}, el("code", { id: "new-password", textContent: password })),
        el("a", { className: "button", href: "login", textContent: t("setup_log_in") }),
      ]));
    root.replaceChildren(root.firstChild, end);
    end.focus();
    say(t("setup_saved"));
  };
  root.append(form);
}
