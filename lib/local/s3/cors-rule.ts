/** Which web pages may use a bucket, and how. Source: "CORS configuration", Amazon S3 User Guide. */
export interface CorsRule {
  /** Asked at each request: the console's address is known only once it listens. `*` allows all. */
  readonly origins: () => readonly string[] | '*';
  readonly methods: readonly string[];
  /** Request headers, in lower case. */
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}
