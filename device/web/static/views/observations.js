// What was seen in the last hours: a line each, and all of it for those that are opened.
import { get, listen, post, say, t, time, translate } from "../node.js";
import { arrange, el } from "../dom.js";
import { naming } from "../naming.js";

function bars(attributes) {
  return el("dl", { className: "bars" },
    ...attributes.flatMap((each) => {
      const percent = Math.round(each.probability * 100);
      const filled = el("i");
      filled.style.width = `${percent}%`;
      const bar = el("div", { className: each.present ? "bar present" : "bar" }, filled);
      if (each.threshold !== null) {
        const mark = el("b");
        mark.style.left = `${each.threshold * 100}%`;
        bar.append(mark);
      }
      const limit = each.threshold === null ? "" : ` / ${Math.round(each.threshold * 100)}`;
      const said = each.present ? t("present") : t("absent");
      return [
        el("dt", { textContent: each.name }),
        el("dd", { "aria-hidden": "true" }, bar),
        el("dd", { className: "number", textContent: `${percent}${limit} % ${said}` }),
      ];
    }));
}

function faceCard(face, number) {
  const words = Object.entries(face.words).map(([name, value]) => `${name}: ${value ?? t("unknown")}`);
  const offered = face.attributes.filter((each) => each.offered);
  const others = face.attributes.filter((each) => !each.offered);
  return el("section", { className: "card" },
    el("h3", { textContent: `${face.person?.name ?? `${t("a_face")} ${number + 1}`}${face.primary ? ` (${t("primary")})` : ""}` }),
    el("p", {
      textContent: [t("quality", { percent: Math.round(face.quality * 100) }), t("score", { percent: Math.round(face.score * 100) }), ...words].join(" · "),
    }),
    bars(offered),
    others.length ? el("details", {}, el("summary", { textContent: t("not_offered") }), bars(others)) : null);
}

async function fill(box, line) {
  const seen = await get(`observations/${line.id}`);
  const left = Object.entries(seen.left_out).map(([reason, count]) => `${count} × ${t(`hint_${reason}`)}`);
  const timings = Object.entries(seen.timings).map(([stage, ms]) => `${stage} ${ms} ms`);
  const picture = seen.has_picture
    ? el("img", { className: "picture", src: `observations/${line.id}/picture`, alt: t("picture_of", { time: time(line.at) }), width: 320 })
    : null;
  box.replaceChildren(
    el("div", { className: picture ? "seen" : "" }, picture, el("div", {}, ...seen.faces.map(faceCard))),
    ...(line.may_be_named ? [naming(line.id, t("this_is"), t("enrol"), (name) => post(`people/seen/${line.id}`, name))] : []),
    ...(left.length ? [el("p", { textContent: left.join(" · ") })] : []),
    el("p", { className: "quiet number", textContent: `${t("timings")}: ${timings.join(" · ")}` }),
  );
}

export function show(root) {
  const list = el("ul", { className: "list" });
  const empty = el("p", { className: "quiet", textContent: t("nothing_seen") });
  const status = el("p", { className: "quiet", role: "status" });
  root.append(el("p", { className: "quiet", textContent: t("observations_kept") }), status, empty, list);
  const open = new Set();

  function item(line) {
    const box = el("div", { hidden: true });
    const button = el("button", { className: "line", "aria-expanded": String(open.has(line.id)) },
      el("span", { textContent: time(line.at) }),
      el("span", { textContent: t(`trigger_${line.trigger}`) }),
      el("span", { className: line.is_usable ? "good" : "", textContent: line.result }));
    const unfold = async () => {
      await fill(box, line);
      box.hidden = false;
    };
    button.onclick = async () => {
      if (open.delete(line.id)) box.hidden = true;
      else {
        open.add(line.id);
        await unfold();
      }
      button.setAttribute("aria-expanded", String(!box.hidden));
    };
    if (open.has(line.id)) unfold();
    return el("li", {}, button, box);
  }

  async function load() {
    const lines = await get("observations");
    empty.hidden = lines.length > 0;
    arrange(list, lines, (line) => line.id, item);
    return lines;
  }

  const withoutPictures = () => list.querySelectorAll("img").forEach((picture) => picture.remove());
  load();
  return listen(async (name, content) => {
    if (name === "pictures_gone" || name === "lost" || (name === "privacy" && content)) withoutPictures();
    if (name === "enrolment") say(translate(content.text));
    if (["observation", "forgotten", "back"].includes(name) || (name === "privacy" && content)) {
      const [newest] = await load();
      if (name === "observation" && newest) status.textContent = `${time(newest.at)}: ${newest.result}`;
    }
  });
}
