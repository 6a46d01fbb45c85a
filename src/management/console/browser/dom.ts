/** The element with this id, which the page has. */
export function $(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found;
}

/** A new element. Text is text: nothing that was told is ever taken for HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Changes nothing when it says that already: what a user has selected stays so. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** An item for each, in their order; items that are there already are kept, with the focus that may be in them. */
export function keep<T>(
  parent: HTMLElement,
  all: readonly T[],
  key: (each: T) => string,
  create: (each: T) => HTMLElement,
  update: (element: HTMLElement, each: T) => void,
): void {
  const before = new Map([...parent.children].map((child) => [(child as HTMLElement).dataset['key'], child]));
  let place = parent.firstElementChild;
  for (const each of all) {
    const name = key(each);
    let element = before.get(name) as HTMLElement | undefined;
    before.delete(name);
    if (element === undefined) {
      element = create(each);
      element.dataset['key'] = name;
    }
    update(element, each);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const gone of before.values()) gone.remove();
}
