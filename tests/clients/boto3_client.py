"""Asks the endpoint of the model `default` with boto3 as it is, and prints what it got as JSON."""

import json
import os

import boto3

client = boto3.client("sagemaker-runtime", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
ROW = [5.1, 3.5, 1.4, 0.2]


def invoke(**request):
    answer = client.invoke_endpoint(**{"EndpointName": "default", "ContentType": "application/json", **request})
    return {
        "body": answer["Body"].read().decode(),
        "type": answer["ContentType"],
        "variant": answer["InvokedProductionVariant"],
    }


def error(**request):
    try:
        invoke(**request)
    except client.exceptions.ModelError as fault:
        return {"name": "ModelError", "status": fault.response["OriginalStatusCode"]}
    except client.exceptions.ClientError as fault:
        return {"name": fault.response["Error"]["Code"], "message": fault.response["Error"]["Message"]}
    return None


print(
    json.dumps(
        {
            "json": invoke(Body=json.dumps({"instances": [ROW]})),
            "csv": invoke(Body="5.1,3.5,1.4,0.2\n", ContentType="text/csv", Accept="text/csv"),
            "variant": invoke(Body=json.dumps({"features": ROW}), TargetVariant="v1"),
            "bad_row": error(Body=json.dumps({"instances": [[1]]})),
            "no_endpoint": error(EndpointName="unicorns", Body=json.dumps({"instances": [ROW]})),
            "no_variant": error(TargetVariant="v99", Body=json.dumps({"instances": [ROW]})),
        }
    )
)
