// What an output shows when its view cannot be live: the picture saved with it, and a sentence that says why.

/** Fill `node` with the picture (base64 PNG, as an output holds it), `reason`, and the command that mends it. */
export function showPicture(node: HTMLElement, picture: unknown, reason: string, command?: string): void {
  const parts: HTMLElement[] = [];
  if (typeof picture === 'string' && picture) {
    const image = document.createElement('img');
    image.src = `data:image/png;base64,${picture}`;
    image.alt = 'The view as it was when the notebook was saved';
    image.style.maxWidth = '100%';
    parts.push(image);
  }
  node.replaceChildren(...parts, reasonOf(parts.length > 0 ? `This is the saved picture. ${reason}` : reason, command));
}

/** A sentence, and the command that mends what it says. */
export function reasonOf(reason: string, command?: string): HTMLElement {
  const said = document.createElement('div');
  said.className = 'jp-RenderedHTMLCommon';
  said.setAttribute('role', 'status');
  const sentence = document.createElement('p');
  sentence.textContent = reason;
  said.append(sentence);
  if (command) {
    const code = document.createElement('pre');
    code.textContent = command;
    said.append(code);
  }
  return said;
}
