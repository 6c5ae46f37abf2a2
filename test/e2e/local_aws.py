"""Starts LocalStack without Docker: its Lambda functions run with AWS's runtime emulator and runtime client.

Environment: RIE (the emulator), BOOTSTRAP (starts the runtime client), NODE_MODULES (has the AWS SDK, which Lambda's
runtime includes), LOGS (a folder for the functions' logs).
"""

import json
import os
import socket
import subprocess
import time

import requests
import localstack.services.lambda_.invocation.runtime_executor as runtime_executor
from localstack.runtime.main import main
from localstack.services.lambda_.invocation.lambda_models import InvocationResult


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ProcessExecutor(runtime_executor.RuntimeExecutor):
    """An execution environment of a function: the emulator's process, which starts the runtime client."""

    @classmethod
    def prepare_version(cls, version):
        version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, version):
        """Does nothing: versions of a function share their code, which is removed with the test's folder."""

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:4566/_localstack_lambda/{self.id}"

    def start(self, env):
        config = self.function_version.config
        config.code.prepare_for_execution()
        code = str(config.code.get_unzipped_code_location())
        modules = os.path.join(os.path.dirname(code), "node_modules")
        if not os.path.lexists(modules):
            os.symlink(os.environ["NODE_MODULES"], modules)
        self.port = free_port()
        self.log = open(os.path.join(os.environ["LOGS"], f"function-{self.id}.log"), "w+")
        variables = {
            "PATH": os.environ["PATH"],
            "TZ": ":UTC",
            **{name: str(value) for name, value in env.items()},
            "LAMBDA_TASK_ROOT": code,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(config.timeout),
        }
        variables.pop("AWS_LAMBDA_RUNTIME_API", None)
        command = [os.environ["RIE"], "--log-level", "error"]
        command += ["--runtime-interface-emulator-address", f"127.0.0.1:{self.port}"]
        command += ["--runtime-api-address", f"127.0.0.1:{free_port()}", os.environ["BOOTSTRAP"], config.handler]
        self.process = subprocess.Popen(command, env=variables, stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()

    def get_logs(self):
        """The log since the last call, for the function's log group."""
        position = getattr(self, "position", 0)
        self.log.seek(position)
        text = self.log.read()
        self.position = self.log.tell()
        return text

    def invoke(self, payload):
        with open(os.path.join(os.environ["LOGS"], "invocations"), "a") as invocations:
            invocations.write(payload["invoke-id"] + "\n")
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        answer = requests.post(url, data=payload["payload"].encode(), timeout=900)
        try:
            body = json.loads(answer.content)
        except ValueError:
            body = None
        failed = isinstance(body, dict) and "errorType" in body and "errorMessage" in body
        return InvocationResult(
            request_id=payload["invoke-id"], payload=answer.content, is_error=failed, logs=self.get_logs()
        )


runtime_executor.get_runtime_executor = lambda: ProcessExecutor
main()
