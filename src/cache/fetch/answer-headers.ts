import type { Answer } from '../engine/answer.ts';

/** The header fields of an answer, as `Headers` takes them. */
export function headersOfAnswer(answer: Answer): [string, string][] {
  const { fields, extra, age, cacheStatus } = answer;
  const headers: [string, string][] = [];
  for (const name in fields) {
    const value = extra?.[name] ?? fields[name];
    if (value === undefined || name === 'set-cookie') continue;
    if (name !== 'cache-status') headers.push([name, value]);
  }
  for (const name in extra) {
    const value = extra[name];
    if (value !== undefined && fields[name] === undefined) headers.push([name, value]);
  }
  for (const cookie of answer.setCookies) headers.push(['set-cookie', cookie]);
  if (age !== undefined) headers.push(['age', String(age)]);
  const upstream = fields['cache-status'];
  headers.push(['cache-status', upstream === undefined ? cacheStatus : `${upstream}, ${cacheStatus}`]);
  return headers;
}
