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
