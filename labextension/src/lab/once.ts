// What is worth saying once in a page: while the output that says it is there, the others do not say it again.

export class Once {
  private teller: object | null = null;

  /** Whether `teller` is the one that says it. */
  take(teller: object): boolean {
    this.teller ??= teller;
    return this.teller === teller;
  }

  leave(teller: object): void {
    this.teller = this.teller === teller ? null : this.teller;
  }
}
