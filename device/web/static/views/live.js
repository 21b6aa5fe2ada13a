// What the camera sees, with what is found in it: asked for again and again, while somebody looks.
import { known, listen, t, translate } from "../node.js";
import { el, write } from "../dom.js";

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

function draw(canvas, bitmap, seen) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const pen = canvas.getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const scale = bitmap.width / seen.width;
  pen.lineWidth = Math.max(2, bitmap.width / 250);
  pen.font = `${Math.max(12, bitmap.width / 40)}px system-ui, sans-serif`;
  const frame = (box, stroke, text) => {
    const [x, y, width, height] = box.map((value) => value * scale);
    pen.strokeStyle = stroke;
    pen.strokeRect(x, y, width, height);
    const above = Math.max(y - 6, 16);
    pen.lineWidth *= 2;
    pen.strokeStyle = "#000";
    pen.strokeText(text, x, above);
    pen.lineWidth /= 2;
    pen.fillStyle = "#fff";
    pen.fillText(text, x, above);
  };
  for (const face of seen.faces) {
    frame(face.box, "#3ddc84", [face.person?.name, `${Math.round(face.quality * 100)} %`].filter(Boolean).join(", "));
    pen.fillStyle = "#3ddc84";
    for (const [x, y] of face.keypoints) {
      pen.beginPath();
      pen.arc(x * scale, y * scale, Math.max(2, bitmap.width / 300), 0, 7);
      pen.fill();
    }
  }
  for (const face of seen.unjudged) frame(face.box, "#ffb020", t(`hint_${face.reason}`));
}

function described(seen) {
  if (seen.fault) return translate(seen.fault);
  const lines = seen.faces.map((face) => {
    const present = face.attributes.filter((each) => each.present && each.offered).map((each) => each.name);
    // What keeps somebody from being recognised, or enrolled.
    const hidden = face.person && !face.person.name && t(`hint_${face.person.result}`);
    const words = Object.entries(face.words).map(([name, value]) => `${name}: ${value ?? t("unknown")}`);
    return [
      face.person?.name ?? t("a_face"),
      t("quality", { percent: Math.round(face.quality * 100) }),
      ...(hidden ? [hidden] : []),
      ...words,
      ...present,
    ].join(" · ");
  });
  lines.push(...seen.unjudged.map((face) => `${t("a_face")}: ${t(`hint_${face.reason}`)}`));
  return lines.length ? lines.join("\n") : t("hint_no_face");
}

export function show(root) {
  const canvas = el("canvas", { width: 640, height: 360, role: "img", "aria-label": t("live_picture") });
  const text = el("p", { className: "text", "aria-live": "polite" });
  text.style.whiteSpace = "pre-line";
  const rate = el("p", { className: "quiet" });
  root.append(
    el("div", { className: "columns" },
      el("div", { className: "frame" }, canvas),
      el("section", {}, el("h2", { textContent: t("live_now") }), text, rate)),
  );
  let isOver = false;
  let after = -1;
  let said = 0;

  const blank = (why) => {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    write(text, why);
    write(rate, "");
  };

  /** Show nothing, because of privacy where it is on. */
  const blankFor = (why) => blank(t(known.privacy ? "privacy_on" : why));

  async function look() {
    const answer = await fetch(`live?after=${after}`);
    if (answer.status === 401) location.reload();
    if (answer.status === 204) {
      if (isOver || answer.headers.has("x-same-look")) return;
      // Privacy, perhaps, of which no event has come.
      after = -1;
      blankFor("live_waiting");
      return;
    }
    // Whoever follows then waits before asking again.
    if (answer.status !== 200) throw new Error(answer.statusText);
    const form = await answer.formData();
    const seen = JSON.parse(form.get("seen"));
    after = seen.number;
    const picture = form.get("picture");
    const bitmap = picture && await createImageBitmap(picture);
    if (isOver || known.privacy) return;
    if (bitmap) draw(canvas, bitmap, seen);
    else blank("");
    // A reader of the screen is not to be told four times a second.
    if (Date.now() - said > 2000) {
      said = Date.now();
      write(text, described(seen));
      write(rate, t("usable", { usable: seen.usable, counted: seen.counted }));
    }
  }

  async function follow() {
    while (!isOver) {
      if (document.hidden || known.privacy) {
        await new Promise((wake) => setTimeout(wake, 500));
        continue;
      }
      try {
        await look();
      } catch {
        if (!isOver) blankFor("lost");
        await new Promise((wake) => setTimeout(wake, 2000));
      }
    }
  }

  const unlisten = listen((name, content) => {
    if (name === "privacy" && content) blank(t("privacy_on"));
    if (name === "lost") blank(t("lost"));
  });
  blankFor("live_waiting");
  follow();
  return () => {
    isOver = true;
    unlisten();
  };
}
