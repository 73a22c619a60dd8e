"""moto's server, with three faults of its interpreter of state machines mended.

moto 5.2.1 starts no second execution, since it copies the first one's threads
(https://github.com/getmoto/moto/issues/10077), and finds no parameter of a service whose SDK writes names with a small
letter, such as Batch (https://github.com/getmoto/moto/issues/10076). When a task that waits for a job is tried again, it
waits with the token of the try before, which is used up, and so is out of time at once. And it signs what all state
machines call with one key: here it is the name of the state machine's role, by which a call is known. Everything else is
moto's.
"""

import copy
import threading

import boto3
import botocore.session
from botocore.config import Config
from moto.settings import moto_server_port
from moto.stepfunctions.parser.asl.utils import boto_client

# As moto's: a step may take longer than a client waits otherwise, and is tried again by its state machine only.
PATIENT = Config(connect_timeout=99999999, read_timeout=99999999, retries={"total_max_attempts": 1})
# Executions run in threads, and the session that makes their clients is not made for several.
ONE_AT_A_TIME = threading.Lock()


def client_of_role(region, service, state_credentials):
    with ONE_AT_A_TIME:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=f"http://localhost:{moto_server_port()}",
            aws_access_key_id=state_credentials.role_arn.split("/")[-1],
            aws_secret_access_key="local",
            config=PATIENT,
        )


# Before the modules that take it from there.
boto_client.boto_client_for = client_of_role

import moto.server  # noqa: E402
from moto.stepfunctions.models import StateMachine  # noqa: E402
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_batch import (  # noqa: E402
    StateTaskServiceBatch,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E402
    StateTaskService,
)
from moto.stepfunctions.parser.utils import camel_to_snake_case  # noqa: E402


def shapes(service, action):
    model = botocore.session.get_session().get_service_model(service)
    name = next(name for name in model.operation_names if camel_to_snake_case(name) == action)
    operation = model.operation_model(name)
    return operation.input_shape, operation.output_shape


def with_names_of_the_sdk(task, parameters, service=None, action=None):
    request, _ = shapes(task._get_boto_service_name(service), task._get_boto_service_action(action))
    task._to_boto_request(parameters, request)


def with_names_of_the_service(task, response, boto_service_name=None, service_action_name=None):
    _, answer = shapes(task._get_boto_service_name(boto_service_name), task._get_boto_service_action(service_action_name))
    task._from_boto_response(response, answer)


def tried_with_a_token(task, env):
    env.callback_pool_manager.add(env.states.context_object.update_task_token())
    StateTaskService._eval_execution(task, env)


StateTaskServiceBatch._eval_execution = tried_with_a_token
StateTaskServiceBatch._normalise_parameters = with_names_of_the_sdk
StateTaskServiceBatch._normalise_response = with_names_of_the_service
StateMachine.__deepcopy__ = lambda machine, _: copy.copy(machine)

moto.server.main()
