"""Uploads a file with tuspy as its documentation says, over a link that is cut meanwhile.

ENDPOINT, TOKEN, FILE, SHA256 (hex) and CHUNK (bytes) come by the environment. Prints the address of the upload.
"""

import os

from tusclient import client

uploader = client.TusClient(
    os.environ["ENDPOINT"], headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}
).uploader(
    os.environ["FILE"],
    chunk_size=int(os.environ["CHUNK"]),
    metadata={"filename": "现场照片.jpg", "filetype": "image/jpeg", "sha256": os.environ["SHA256"]},
    retries=50,
    retry_delay=0.1,
)
uploader.upload()
print(uploader.url)
