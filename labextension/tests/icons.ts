// The host's icons bring web components that only a browser loads: in tests an icon is its name.

export class LabIcon {
  constructor(readonly options: { name: string; svgstr: string }) {}
}
