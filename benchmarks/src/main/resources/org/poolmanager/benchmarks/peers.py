"""Runs trivial tasks in Python's own process pools, as told on standard input: a name and a number of tasks per line."""
import concurrent.futures
import multiprocessing
import sys
import threading
import time

SIZE = 2


def square(x):
    return x * x


def serve(tasks, results):
    while True:
        task = tasks.get()
        if task is None:
            return
        results.put((task[0], square(task[1])))


class TwoQueues:
    """The shape of the reference package: one bounded queue to the workers, one back, one item at a time."""

    def __init__(self):
        self.tasks = multiprocessing.Queue(2 * SIZE)
        self.results = multiprocessing.Queue()
        self.workers = [multiprocessing.Process(target=serve, args=(self.tasks, self.results)) for _ in range(SIZE)]
        for worker in self.workers:
            worker.start()

    def run(self, count):
        feeder = threading.Thread(target=self.feed, args=(count,))
        feeder.start()
        for _ in range(count):
            self.results.get()
        feeder.join()

    def feed(self, count):
        for i in range(count):
            self.tasks.put((i, i))

    def close(self):
        for _ in self.workers:
            self.tasks.put(None)
        for worker in self.workers:
            worker.join()


def main():
    queues = TwoQueues()
    with multiprocessing.Pool(SIZE) as pool, concurrent.futures.ProcessPoolExecutor(SIZE) as executor:
        contenders = {
            "map": lambda count: pool.map(square, range(count)),
            "imap": lambda count: sum(1 for _ in pool.imap_unordered(square, range(count), chunksize=1)),
            "executor": lambda count: sum(1 for _ in executor.map(square, range(count))),
            "queues": queues.run,
        }
        for line in sys.stdin:
            name, count = line.split()
            start = time.perf_counter()
            contenders[name](int(count))
            print(time.perf_counter() - start, flush=True)
    queues.close()


if __name__ == "__main__":
    main()
