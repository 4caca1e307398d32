"""A standalone Spark cluster of two workers, of which one is killed while a stage of a scan runs:
the report has the bytes of the command line, which NEARCOPY_PROGRAM names.

Usage: spark_cluster.py [STAGE …], the stages in which a worker is killed, a cluster for each.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python" / "tests"))
# The test module takes Sail otherwise.
os.environ.setdefault("NEARCOPY_SPARK", "spark://127.0.0.1")
import pyspark
import test_spark
from pyspark.sql import SparkSession

import nearcopy.spark

os.environ["SPARK_HOME"] = home = str(Path(pyspark.__file__).parent)
CLASS = "org.apache.spark.deploy"
STAGES = ("sort", "compare-documents", "clusters")


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(scratch: Path, *arguments: str) -> subprocess.Popen:
    """A process of Spark in a group of its own, so that its executors end with it."""
    with open(scratch / "log", "ab") as log:
        command = [f"{home}/bin/spark-class", *arguments]
        return subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, cwd=scratch
        )


def end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(what, seconds: float, message: str):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, message
        time.sleep(0.02)
    return found


def main() -> None:
    for stage in sys.argv[1:] or STAGES:
        with tempfile.TemporaryDirectory() as folder:
            killed_in(stage, Path(folder))


def killed_in(stage: str, scratch: Path) -> None:
    rows = test_spark.corpus(400)
    wanted = test_spark.of_command_line(rows, scratch)
    at = port()
    url = f"spark://127.0.0.1:{at}"
    master = ("--host", "127.0.0.1", "--port", str(at), "--webui-port", str(port()))
    processes = [start(scratch, f"{CLASS}.master.Master", *master)]
    try:
        listening = lambda: socket.socket().connect_ex(("127.0.0.1", at)) == 0
        wait_for(listening, 60, "the master does not listen")
        for n in (1, 2):
            worker = ("--host", "127.0.0.1", "--cores", "1", "--memory", "2g")
            own = ("--work-dir", f"w{n}", "--webui-port", str(port()))
            processes.append(start(scratch, f"{CLASS}.worker.Worker", *worker, *own, url))
        seconds = scan(url, rows, wanted, scratch, processes[2], stage)
    except BaseException:
        print((scratch / "log").read_text(errors="replace")[-4000:], file=sys.stderr)
        raise
    finally:
        for process in reversed(processes):
            end(process)
    version = pyspark.__version__
    print(f"Spark {version}: the same bytes in {seconds:.0f} s; a worker was killed in {stage}")


def scan(url: str, rows, wanted: str, scratch: Path, victim: subprocess.Popen, stage: str) -> float:
    builder = SparkSession.builder.master(url).config("spark.executor.memory", "1g")
    for name in ("host", "bindAddress"):
        builder = builder.config(f"spark.driver.{name}", "127.0.0.1")
    builder = builder.config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    spark = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    # The driver is one of them.
    executors = lambda: spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    wait_for(lambda: executors() == 3, 90, "not two executors")
    df = test_spark.frame(spark, rows, 4)
    kept = scratch / "kept"
    killed: list[float] = []

    def kill() -> None:
        # The engine makes this folder when it begins to write what the stage makes.
        running = lambda: list(kept.glob(f"*/*-{stage}/_temporary"))
        wait_for(running, 600, f"{stage} was not begun")
        end(victim)
        killed.append(time.monotonic())

    watch = threading.Thread(target=kill, daemon=True)
    watch.start()
    began = time.monotonic()
    with nearcopy.spark.find(df, parts=4, scratch=f"file://{kept}") as found:
        seconds = time.monotonic() - began
        test_spark.same(found, wanted)
    assert killed, "nothing was killed"
    wait_for(lambda: executors() == 2, 60, "the executor of the killed worker is still there")
    spark.stop()
    return seconds


if __name__ == "__main__":
    main()
