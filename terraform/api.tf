locals {
  # Written from lib/routes.ts, and held to it by a test.
  routes        = jsondecode(file("${path.module}/routes.json"))
  api_url       = var.domain == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain.name}"
  api_functions = toset([for route in local.routes : route.function])
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  protocol_type = "HTTP"

  # No cors_configuration: the functions answer browsers themselves, the same as on a laptop.
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  # Anybody may ask these.
  dynamic "route_settings" {
    for_each = { for key, route in local.routes : key => route if route.open }

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = var.open_throttle.rate
      throttling_burst_limit = var.open_throttle.burst
    }
  }

  # API Gateway takes settings only of routes that are there.
  depends_on = [aws_apigatewayv2_route.this]

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    # Says who asked what and how it went; never a header or a body.
    format = jsonencode({
      request_id        = "$context.requestId"
      time              = "$context.requestTime"
      source_ip         = "$context.identity.sourceIp"
      token             = "$context.authorizer.name"
      route             = "$context.routeKey"
      path              = "$context.path"
      status            = "$context.status"
      response_bytes    = "$context.responseLength"
      latency_ms        = "$context.responseLatency"
      function_ms       = "$context.integrationLatency"
      gateway_error     = "$context.error.message"
      authorizer_error  = "$context.authorizer.error"
      integration_error = "$context.integrationErrorMessage"
    })
  }
}

# AWS writes such logs by a policy per account that has room for few names; those below /aws/vendedlogs share one entry.
resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/vendedlogs/${var.name}-api"
  retention_in_days = var.log_retention_days
}

resource "aws_apigatewayv2_authorizer" "token" {
  api_id                            = aws_apigatewayv2_api.this.id
  name                              = "token"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = module.function["authorize"].alias_invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  # The route is part of what is cached, since scopes differ by route.
  identity_sources                 = ["$request.header.Authorization", "$context.routeKey"]
  authorizer_result_ttl_in_seconds = 60
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.api_functions

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = module.function[each.key].alias_invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type = each.value.open ? "NONE" : "CUSTOM"
  authorizer_id      = each.value.open ? null : aws_apigatewayv2_authorizer.token.id
}

resource "aws_lambda_permission" "route" {
  for_each = local.api_functions

  statement_id  = "api-routes"
  action        = "lambda:InvokeFunction"
  function_name = module.function[each.key].name
  qualifier     = local.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*"
}

resource "aws_lambda_permission" "authorizer" {
  statement_id  = "api-authorizer"
  action        = "lambda:InvokeFunction"
  function_name = module.function["authorize"].name
  qualifier     = local.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.token.id}"
}
