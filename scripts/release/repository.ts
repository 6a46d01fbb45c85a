// Fields of package.json that lead from the registry to the repository. The registry makes README's links absolute by them.

interface RepositoryFields {
  readonly repository?: { readonly url: string };
  readonly homepage?: string;
  readonly bugs?: { readonly url: string };
}

/** Fields for the address of a repository on the Web, such as `https://github.com/owner/name`. */
export function repositoryFields(
  address: string,
): Required<RepositoryFields> & { readonly repository: { readonly type: 'git' } } {
  const url = address.replace(/\.git$|\/$/, '');
  return {
    repository: { type: 'git', url: `git+${url}.git` },
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
  };
}

export function missingFields(given: RepositoryFields): readonly string[] {
  return (['repository', 'homepage', 'bugs'] as const).filter((field) => given[field] === undefined);
}
