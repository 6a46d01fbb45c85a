export default {
  fetch(request: Request) {
    return Response.json({ path: new URL(request.url).pathname });
  },
};
