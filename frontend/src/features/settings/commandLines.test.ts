import { expect, it } from 'vitest'
import { commandLines } from './commandLines'

const named = (origin: string, username = 'alice') =>
  Object.fromEntries(commandLines({ origin, username, slug: 'cup' }).map((line) => [line.name + (line.note ?? ''), line.text]))

it('names the server, the person and a competition', () => {
  const lines = named('http://127.0.0.1:8000')
  expect(lines.uzu).toContain('pip install http://127.0.0.1:8000/uzu-client.zip\nuzu login http://127.0.0.1:8000\n')
  expect(lines.kagglewrapped).toContain("pip install 'uzu-client[kaggle] @ http://127.0.0.1:8000/uzu-client.zip'\n")
  expect(lines.kaggleproxy).toContain('KAGGLE_API_ENVIRONMENT=LOCALHOST HTTP_PROXY=http://127.0.0.1:8000')
  expect(lines.kaggleproxy).toContain('KAGGLE_USERNAME=alice')
  expect(lines.guruguru).toContain('GURUGURU_BASE_URL=http://127.0.0.1:8000/')
  expect(lines.notebook).toContain('uzu.submit(predictions, "cup"')
})

it('does not promise a proxy where the server speaks TLS only', () => {
  const lines = named('https://uzu.example.org')
  expect(Object.keys(lines)).toEqual(['uzu', 'kagglewrapped', 'guruguru', 'notebook'])
})

it('quotes a name a shell would take apart', () => {
  expect(named('http://h', "o'neil x").kaggleproxy).toContain("KAGGLE_USERNAME='o'\\''neil x' KAGGLE_KEY")
})
