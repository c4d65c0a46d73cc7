"""Machines that hand over events from several threads, and remember exactly what they were promised."""

import http.client
import threading
from collections import Counter

from machine import Machine


class Load:
    """Posts events with ids of their own until stopped. `accepted` has those answered 202: event id → id in the product."""

    def __init__(self, stage, prefix, threads=8, account="northwind"):
        self.stage = stage
        self.prefix = prefix
        self.account = account
        self.lock = threading.Lock()
        self.accepted = {}
        self.unanswered = set()
        self.statuses = Counter()
        self.stopping = threading.Event()
        self.number = 0
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(45)
            assert not thread.is_alive(), "a call hangs"

    def _work(self):
        machine = self.stage.machine(self.account)
        while not self.stopping.is_set():
            with self.lock:
                self.number += 1
                name = f"{self.prefix}-{self.number}"
            self.post(machine, name)

    def post(self, machine, name):
        try:
            answer = machine.publish("call:end", {"call_id": name, "note": "n" * 300}, event_id=name)
        except (OSError, http.client.HTTPException):
            with self.lock:
                self.unanswered.add(name)
                self.statuses["no answer"] += 1
            self.stopping.wait(0.02)
            return
        with self.lock:
            self.statuses[answer.status] += 1
            if answer.status == 202:
                self.accepted[name] = answer.id
                self.unanswered.discard(name)
            else:
                self.unanswered.add(name)
        if answer.status != 202:
            self.stopping.wait(0.02)

    def ask_again(self):
        """As a platform does with what was not answered: the same events, with the same ids. Gives what was said of each."""
        machine = Machine(self.stage.product.port, self.account, self.stage.keys[self.account])
        for name in sorted(self.unanswered):
            answer = machine.publish("call:end", {"call_id": name, "note": "n" * 300}, event_id=name)
            assert answer.status == 202, answer.body
            self.accepted[name] = answer.id
        self.unanswered.clear()
