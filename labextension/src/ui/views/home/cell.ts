// The code of the cell that shows something of a store: what is dragged into a notebook.

/** `folder`: where the store lies, if a kernel would take another one by itself. */
export function cellOf(what: 'experiment' | 'model', id: string, name: string, folder: string | null): string {
  const store = `track.open_store(${folder === null ? '' : JSON.stringify(folder)})`;
  return `import trackkit_jupyter as track\n\n${store}.${what}("${id}")  # ${name}`;
}
