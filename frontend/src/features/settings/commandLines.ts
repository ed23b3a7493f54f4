/** Ready-to-paste set-ups of the command lines, as docs/from-kaggle-to-uzu.md explains them. */

export interface Place {
  /** Such as https://uzu.example.org, without a slash at the end. */
  origin: string
  username: string
  /** A competition to show with. */
  slug: string
}

export interface CommandLine {
  name: 'uzu' | 'kaggle' | 'kagglehub' | 'guruguru' | 'notebook'
  /** For one of several ways; a key of its own words. */
  note?: 'wrapped' | 'proxy'
  text: string
}

const TOKEN = 'uzu_...'

function quoted(value: string): string {
  return /^[\w.-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

export function commandLines({ origin, username, slug }: Place): CommandLine[] {
  const credentials = `export KAGGLE_USERNAME=${quoted(username)} KAGGLE_KEY=${TOKEN}`
  // Kaggle's programs know http://localhost only: a plain proxy carries that to us, TLS it can't.
  const throughProxy = `export KAGGLE_API_ENVIRONMENT=LOCALHOST HTTP_PROXY=${origin}\n${credentials}`
  // The server hands out the command itself.
  const address = `${origin}/uzu-client.zip`
  const isPlain = origin.startsWith('http://')
  const lines: CommandLine[] = [
    {
      name: 'uzu',
      text: `pip install ${address}\nuzu login ${origin}\nuzu download ${slug} -o data/\nuzu submit ${slug} submission.csv -m "ridge" --cv 54.2\nuzu lb ${slug}`,
    },
    {
      name: 'kaggle',
      note: 'wrapped',
      text: `pip install 'uzu-client[kaggle] @ ${address}'\nuzu login ${origin}\nuzu kaggle competitions submit ${slug} -f submission.csv -m "same as always"`,
    },
  ]
  if (isPlain) {
    lines.push(
      { name: 'kaggle', note: 'proxy', text: `${throughProxy}\nkaggle competitions list\nkaggle competitions submit ${slug} -f submission.csv -m "ridge"` },
      { name: 'kagglehub', text: `${throughProxy}\npython -c 'import kagglehub; print(kagglehub.competition_download("${slug}"))'` },
    )
  }
  lines.push(
    { name: 'guruguru', text: `export GURUGURU_BASE_URL=${origin}/\nguruguru auth login\nguruguru submit create -c ${slug} --file submission.csv\nguruguru competition lb -c ${slug}` },
    { name: 'notebook', text: `%pip install ${address}\nimport uzu\n\nresult = uzu.submit(predictions, "${slug}", memo="ridge", cv=54.2)\nprint(result.score, result.rank, result.remaining)` },
  )
  return lines
}
