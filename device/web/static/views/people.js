// Who is enrolled, and how somebody comes to be: after asking them.
import { get, listen, meta, post, say, t, time, translate } from "../node.js";
import { arrange, el } from "../dom.js";
import { naming } from "../naming.js";
import { show as showLive } from "./live.js";

// Of the longer side: more than the network sees of a face that fills a picture.
const LONGEST = 1600;
// A second press counts from one second after the first, until ten.
const SECOND_FROM = 1200;
const SECOND_UNTIL = 9500;

const sheet = () => el("section", { className: "card" },
  el("h2", { textContent: t("consent") }),
  el("ul", {}, ...["ask", "stored", "place", "until", "use", "forget"].map((key) => el("li", { textContent: t(`consent_${key}`) }))));

/** Turn recognition on or off in the node's file; the node starts again, and with it this view. */
async function turn(is_on) {
  await post("people/recognition", JSON.stringify({ is_on }));
  say(t("restarting"));
}

function turningOn() {
  if (!meta("views").split(" ").includes("file")) return el("p", { textContent: t("recognition_in_file") });
  const agreed = el("input", { id: "all-agreed", type: "checkbox" });
  return el("section", {},
    el("p", {}, agreed, " ", el("label", { for: agreed.id, className: "beside", textContent: t("all_agreed") })),
    el("button", { className: "main", textContent: t("recognition_on"), onclick: () => (agreed.checked ? turn(true) : say(t("consent_first"))) }));
}

function turningOff() {
  if (!meta("views").split(" ").includes("file")) return null;
  return el("details", {}, el("summary", { textContent: t("recognition_end") }),
    el("p", { textContent: t("recognition_gallery") }),
    el("button", { className: "danger", textContent: t("recognition_off"), onclick: () => turn(false) }));
}

/** Return a picture as a JPEG, decoded here: what a phone takes may be of any kind, and too large. */
async function asJpeg(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = el("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

function enrolling() {
  const name = el("input", { id: "name", maxLength: 40, autocomplete: "off", required: true });
  const agreed = el("input", { id: "agreed", type: "checkbox" });
  const file = el("input", { id: "file", type: "file", accept: "image/*" });
  const may = () => {
    if (!agreed.checked) say(t("consent_first"));
    else if (!name.value.trim()) say(t("name_first"));
    return agreed.checked && name.value.trim() !== "";
  };
  const fromCamera = el("button", { className: "main", textContent: t("enrol_camera"), onclick: () => may() && post("people/enrol", name.value) });
  file.onchange = async () => {
    if (file.files.length && may()) {
      try {
        await post(`people/picture?name=${encodeURIComponent(name.value)}`, await asJpeg(file.files[0]));
        say(t("picture_sent"));
      } catch (error) {
        say(error.message);
      }
    }
    file.value = "";
  };
  return el("section", {},
    el("h2", { textContent: t("enrol") }),
    el("div", { className: "row" }, el("div", {}, el("label", { for: "name", textContent: t("name") }), name)),
    el("p", {}, agreed, " ", el("label", { for: "agreed", className: "beside", textContent: t("agreed") })),
    el("div", { className: "row" }, fromCamera,
      el("div", {}, el("label", { for: "file", textContent: t("enrol_picture") }), file)));
}

function forgetting(name) {
  const button = el("button", { className: "danger", textContent: t("forget") });
  let pressed = -Infinity;
  const reset = () => {
    pressed = -Infinity;
    button.textContent = t("forget");
  };
  button.onclick = async () => {
    const waited = Date.now() - pressed;
    if (waited < SECOND_FROM) return;
    await post("people/forget", name);
    if (waited <= SECOND_UNTIL) return;
    pressed = Date.now();
    button.disabled = true;
    setTimeout(() => {
      button.disabled = false;
      button.textContent = t("forget_again", { name });
      button.focus();
    }, SECOND_FROM);
    setTimeout(reset, SECOND_UNTIL);
  };
  return button;
}

function renaming(name) {
  const id = `new-${name}`;
  const input = el("input", { id, maxLength: 40, value: name, autocomplete: "off" });
  return el("div", { className: "row" },
    el("div", {}, el("label", { for: id, textContent: t("new_name") }), input),
    el("button", { textContent: t("rename"), onclick: () => post("people/rename", `${name}\n${input.value}`) }));
}

function mark(each, number, reload) {
  const text = [
    `${number + 1}. ${t("quality", { percent: Math.round(each.quality * 100) })}`,
    each.likeness === null ? null : t("likeness", { percent: Math.round(each.likeness * 100) }),
    each.set_aside ? t("set_aside") : null,
  ].filter(Boolean).join(" · ");
  const what = each.set_aside ? "restore" : "aside";
  return el("li", { className: "row" }, el("span", { className: each.set_aside ? "quiet" : "", textContent: text }),
    el("button", {
      textContent: t(`reference_${what}`),
      onclick: async () => {
        await post(`people/references/${each.reference}/${what}`);
        await reload();
      },
    }));
}

function card(person, reload) {
  const near = person.near?.with_whom && person.near.ceiling > person.limit - 0.1
    ? el("p", { className: "bad", textContent: t("look_alike", { name: person.near.with_whom, percent: Math.round(person.near.ceiling * 100) }) })
    : null;
  return el("section", { className: "card" },
    el("h3", { textContent: person.name }),
    el("p", { className: "quiet", textContent: t("references", { count: person.references, aside: person.set_aside }) }),
    near,
    el("details", {}, el("summary", { textContent: t("marks") }),
      el("ol", { className: "list" }, ...person.marks.map((each, number) => mark(each, number, reload)))),
    el("details", {}, el("summary", { textContent: t("change") }), renaming(person.name), forgetting(person.name)));
}

function visitorCard(each) {
  return el("section", { className: "card" },
    el("h3", { textContent: translate(each.label) }),
    el("p", { className: "quiet", textContent: t("visits", { count: each.visits, first: time(each.first_seen), last: time(each.last_seen) }) }),
    naming(each.label.replaceAll(" ", "-"), t("this_is"), t("name_visitor"), (name) => post("people/visitors/name", `${each.label}\n${name}`)));
}

export function show(root) {
  const people = el("div");
  const strangers = el("div");
  const outcome = el("p", { role: "status" });
  let leaveLive = () => {};
  let isOver = false;
  let isOn = null;

  function begin() {
    leaveLive();
    leaveLive = () => {};
    const frame = [root.firstChild, sheet()];
    if (isOn) {
      const eye = el("div");
      root.replaceChildren(...frame, enrolling(), outcome, eye, el("h2", { textContent: t("enrolled") }), people, strangers, ...[turningOff()].filter(Boolean));
      if (meta("views").split(" ").includes("live")) leaveLive = showLive(eye);
    } else root.replaceChildren(...frame, el("p", { textContent: t("recognition_is_off") }), turningOn());
  }

  async function load() {
    const found = await get("people");
    if (isOver) return;
    if ((found !== null) !== isOn) {
      isOn = found !== null;
      begin();
    }
    if (!isOn) return;
    arrange(people, found.length ? found : [null], (each) => each?.name, (each) =>
      each ? card(each, load) : el("p", { className: "quiet", textContent: t("nobody") }));
    const visitors = await get("people/visitors");
    if (isOver || visitors === null) return;
    arrange(strangers, ["", ...(visitors.length ? visitors : [null])], (each) => each?.label ?? each, (each) => {
      if (each === "") return el("h2", { textContent: t("visitors") });
      return each ? visitorCard(each) : el("p", { className: "quiet", textContent: t("no_visitors") });
    });
  }

  load();
  const unlisten = listen(async (name, content) => {
    if (name === "enrolment") {
      outcome.textContent = translate(content.text);
      say(translate(content.text));
    }
    if (name === "people" || name === "back" || (name === "enrolment" && content.has_more)) await load();
  });
  return () => {
    isOver = true;
    unlisten();
    leaveLive();
  };
}
