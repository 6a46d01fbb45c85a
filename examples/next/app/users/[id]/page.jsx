// The links make browsers load the next pages ahead. Respite sheds such requests first: no configuration is needed.
import Link from 'next/link';

export default async function User({ params }) {
  const { id } = await params;
  return (
    <main>
      <h1>User {id}</h1>
      <Link href={`/users/${Number(id) + 1}`}>Next user</Link>
    </main>
  );
}
