resource "aws_iam_role" "uploader" {
  for_each = var.uploaders

  name                 = "${var.name}-uploader-${each.key}"
  description          = "Puts files of the model ${each.value.model} into the raw bucket."
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/uploader-trust.json.tftpl", {
    principal_arns = jsonencode(each.value.principal_arns)
  })
}

resource "aws_iam_role_policy" "uploader" {
  for_each = var.uploaders

  name = "upload"
  role = aws_iam_role.uploader[each.key].id
  # Always a folder, of the model "default" too: at the bucket's root a pattern would take every folder in.
  policy = templatefile("${path.module}/policies/uploader.json.tftpl", {
    folder_arn = "${aws_s3_bucket.stage["raw"].arn}/${each.value.model}"
  })
}
