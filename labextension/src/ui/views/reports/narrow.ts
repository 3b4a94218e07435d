// How reports are narrowed: by tags, and by the projects that they are nested in.

import type { Report, ReportProject } from '../../protocol';

export type TagMode = 'any' | 'all' | 'not';
export const TAG_MODES: [TagMode, string][] = [
  ['any', 'Any of them'],
  ['all', 'All of them'],
  ['not', 'None of them'],
];

/** The tags as the read takes them. */
export function tagFilter(tags: readonly string[], mode: TagMode): string[] {
  if (mode === 'not') {
    return tags.flatMap(tag => ['__$not', tag]);
  }
  return mode === 'all' && tags.length > 0 ? ['__$and', ...tags] : [...tags];
}

/** The name of a project below another one. */
export function below(name: string, parent: string): string {
  return parent ? name.slice(parent.length + 1) : name;
}

/** The projects directly below one (at the top for an empty name), each with what all of its own hold together. */
export function nested(reports: readonly Report[], parent: string): ReportProject[] {
  const found = new Map<string, ReportProject>();
  const prefix = parent ? `${parent}/` : '';
  for (const report of reports) {
    if (!report.project.startsWith(prefix) || report.project === parent) {
      continue;
    }
    const name = prefix + (report.project.slice(prefix.length).split('/')[0] ?? '');
    const known = found.get(name) ?? { name, count: 0, last_update: '' };
    const last = report.last_update ?? '';
    found.set(name, {
      name,
      count: known.count + 1,
      last_update: last > known.last_update ? last : known.last_update,
    });
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}
