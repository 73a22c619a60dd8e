/** What the build puts into the page's folder: imported, it is its address. */
declare module '*.svg' {
  const address: string;
  export default address;
}

declare module '*.csv' {
  const address: string;
  export default address;
}
