// The few lines that a framework would be used for.

/** Return an element with properties (those with a dash are attributes) and children. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Write a text where it differs, so that a live region does not repeat itself. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const usable = (element) => [...element.querySelectorAll("details, summary, button, input")];

/** Take over what somebody has unfolded, and where they are. */
function follow(before, after) {
  usable(before).forEach((old, at) => {
    const each = usable(after)[at];
    if (old.open && each) each.open = true;
    if (old === document.activeElement) setTimeout(() => each?.focus());
  });
}

/** Have a box show things by their keys: what says the same already, or is being filled in, stays as it is. */
export function arrange(box, things, key, make) {
  const before = new Map([...box.children].map((shown) => [shown.thing?.key, shown]));
  const after = things.map((each) => {
    const thing = { key: key(each), said: JSON.stringify(each) };
    const shown = before.get(thing.key);
    if (shown && (shown.thing.said === thing.said || shown.querySelector("input:focus"))) return shown;
    const made = Object.assign(make(each), { thing });
    if (shown) follow(shown, made);
    return made;
  });
  for (const shown of before.values()) if (!after.includes(shown)) shown.remove();
  // What is moved loses the focus.
  after.forEach((shown, at) => box.children[at] === shown || box.insertBefore(shown, box.children[at] ?? null));
}
