// Uploads a file with tus-js-client as its documentation says, over a link that is cut meanwhile.
// ENDPOINT, TOKEN, FILE, SHA256 (hex) and CHUNK (bytes) come by the environment. Prints the address of the upload.
import { createReadStream, statSync } from 'node:fs'
import * as tus from 'tus-js-client'

const { ENDPOINT, TOKEN, FILE, SHA256, CHUNK, DURING_CREATION } = process.env

const upload = new tus.Upload(createReadStream(FILE), {
  endpoint: ENDPOINT,
  headers: { Authorization: `Bearer ${TOKEN}` },
  chunkSize: Number(CHUNK),
  uploadSize: statSync(FILE).size,
  uploadDataDuringCreation: DURING_CREATION === '1',
  retryDelays: [50, 100, 200, 400, 800, 1600],
  metadata: { filename: '现场照片.jpg', filetype: 'image/JPEG', sha256: SHA256 },
  onChunkComplete: (_size, sent) => console.error(`sent ${sent}`),
  onError: (error) => {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess: () => console.log(upload.url),
})
upload.start()
