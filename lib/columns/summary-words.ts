/** How the profile of one kind is summed up in a few words, for a terminal. */
export interface SummaryWords<Profile> {
  /** @param printable makes a text of the data fit to be shown */
  describe(profile: Profile, printable: (text: string) => string): string;
}
