"""The loop that a first script has: the same lists in pages of fifty until one is not full."""

import requests

from benchmarks.speed.peers.question import ADDRESS, HEADERS, LISTS, existing

PAGE = 50

if __name__ == "__main__":
    session = requests.Session()
    session.headers.update(HEADERS)
    found = {}
    for path, key, params in LISTS:
        rows, offset = [], 0
        while True:
            asked = {**params, "offset": offset, "count": PAGE}
            page = session.get(ADDRESS + path, params=asked, timeout=300).json()[key]
            rows += page
            offset += PAGE
            if len(page) < PAGE:
                break
        found[path] = rows
    print(existing(found["rooms.adminRooms"]))
