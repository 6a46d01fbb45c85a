// As much of make-fetch-happen as is used here. Its types on npm bring those of browsers with them.
declare module 'make-fetch-happen' {
  interface Options {
    readonly cachePath: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
    readonly redirect: 'manual';
    readonly retry: false;
  }

  interface Answer {
    readonly status: number;
    readonly headers: { raw(): Readonly<Record<string, readonly string[]>> };
    text(): Promise<string>;
  }

  export default function fetch(url: string, options: Options): Promise<Answer>;
}
