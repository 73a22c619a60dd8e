/** Summarises the profile of one kind in a few words, for a terminal. */
export interface SummaryWords<Profile> {
  /** @param printable makes a text of the data safe to print */
  describe(profile: Profile, printable: (text: string) => string): string;
}
