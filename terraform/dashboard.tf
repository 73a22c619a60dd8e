# Its panels are written from lib/telemetry/panels.ts, like those of grafana-dashboard.json.
resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = templatefile("${path.module}/dashboard.json.tftpl", {
    name   = var.name
    region = data.aws_region.current.id
    table  = aws_dynamodb_table.registry.name
  })
}
