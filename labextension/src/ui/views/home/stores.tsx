// The choice of a store, where there are several.

interface Place {
  id: string;
  folder: string;
}

interface StoresProps {
  /** The stores that the host knows. */
  known: unknown;
  shown: string;
  onChoose: (id: string) => void;
}

export function Stores({ known, shown, onChoose }: StoresProps) {
  const stores = Array.isArray(known) ? (known as Place[]) : [];
  if (stores.length < 2) {
    return null;
  }
  const names = namesOf(stores.map(store => store.folder));
  return (
    <label class="tk-home-store">
      Store
      <select
        class="tk-choice"
        value={shown}
        title={stores.find(store => store.id === shown)?.folder}
        onChange={event => onChoose(event.currentTarget.value)}
      >
        {stores.map(({ id, folder }, at) => (
          <option key={id} value={id} title={folder}>
            {names[at]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What stores are called: by the folder that they lie in, and by as much of the way to it as tells them apart. */
export function namesOf(folders: readonly string[]): string[] {
  const ways = folders.map(folder => folder.split(/[\\/]/).filter(part => part !== '' && part !== '.trackkit'));
  const name = (way: readonly string[], parts: number) => way.slice(-parts).join('/') || '/';
  return ways.map(way => {
    let parts = 1;
    while (parts < way.length && ways.filter(other => name(other, parts) === name(way, parts)).length > 1) {
      parts += 1;
    }
    return name(way, parts);
  });
}
