import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const server = new ApolloServer({
  typeDefs: 'type Query { hello(name: String!): String! }',
  resolvers: { Query: { hello: (_, { name }) => `hello ${name}` } },
});
const { url } = await startStandaloneServer(server, { listen: { port: Number(process.env.PORT) } });
console.log('ready at', url);
