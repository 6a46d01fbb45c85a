export async function POST() {
  return Response.json({ accepted: true }, { status: 202 });
}
