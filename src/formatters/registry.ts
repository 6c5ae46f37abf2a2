import { type Registry, registryOf } from "../route.ts";
import { a4b } from "./a4b.ts";
import { accessanalyzer } from "./accessanalyzer.ts";
import { acm } from "./acm.ts";
import { acmpca } from "./acmpca.ts";
import { airflow } from "./airflow.ts";
import { amplify } from "./amplify.ts";
import { appflow } from "./appflow.ts";
import { applicationAutoscaling } from "./application-autoscaling.ts";
import { applicationCostProfiler } from "./application-cost-profiler.ts";
import { applicationinsights } from "./applicationinsights.ts";
import { apprunner } from "./apprunner.ts";
import { arcZonalShift } from "./arc-zonal-shift.ts";
import { autoscaling } from "./autoscaling.ts";
import { backup } from "./backup.ts";
import { batch } from "./batch.ts";
import { bedrock } from "./bedrock.ts";
import { ce } from "./ce.ts";
import { chime } from "./chime.ts";
import { cloudformation } from "./cloudformation.ts";
import { cloudtrail } from "./cloudtrail.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { codebuild } from "./codebuild.ts";
import { codecommit } from "./codecommit.ts";
import { codedeploy } from "./codedeploy.ts";
import { codepipeline } from "./codepipeline.ts";
import { config } from "./config.ts";
import { connect } from "./connect.ts";
import { controltower } from "./controltower.ts";
import { dataexchange } from "./dataexchange.ts";
import { datasync } from "./datasync.ts";
import { devopsGuru } from "./devops-guru.ts";
import { dlm } from "./dlm.ts";
import { dms } from "./dms.ts";
import { drs } from "./drs.ts";
import { ec2 } from "./ec2.ts";
import { ec2fleet } from "./ec2fleet.ts";
import { ecr } from "./ecr.ts";
import { ecs } from "./ecs.ts";
import { eks } from "./eks.ts";
import { elasticache } from "./elasticache.ts";
import { elasticbeanstalk } from "./elasticbeanstalk.ts";
import { emr } from "./emr.ts";
import { events } from "./events.ts";
import { fis } from "./fis.ts";
import { forecast } from "./forecast.ts";
import { gamelift } from "./gamelift.ts";
import { glue } from "./glue.ts";
import { groundstation } from "./groundstation.ts";
import { guardduty } from "./guardduty.ts";
import { health } from "./health.ts";
import { healthlake } from "./healthlake.ts";
import { imagebuilder } from "./imagebuilder.ts";
import { inspector } from "./inspector.ts";
import { iot } from "./iot.ts";
import { ivs } from "./ivs.ts";
import { kms } from "./kms.ts";
import { lambda } from "./lambda.ts";
import { location } from "./location.ts";
import { logs } from "./logs.ts";
import { macie } from "./macie.ts";
import { mediaconnect } from "./mediaconnect.ts";
import { mediaconvert } from "./mediaconvert.ts";
import { medialive } from "./medialive.ts";
import { mediapackage } from "./mediapackage.ts";
import { mediastore } from "./mediastore.ts";
import { mgn } from "./mgn.ts";
import { networkFirewall } from "./network-firewall.ts";
import { networkManager } from "./networkmanager.ts";
import { omics } from "./omics.ts";
import { opensearch } from "./opensearch.ts";
import { opsworks } from "./opsworks.ts";
import { organizations } from "./organizations.ts";
import { proton } from "./proton.ts";
import { ram } from "./ram.ts";
import { rbin } from "./rbin.ts";
import { rds } from "./rds.ts";
import { redshift } from "./redshift.ts";
import { resourceGroups } from "./resource-groups.ts";
import { route53RecoveryReadiness } from "./route53-recovery-readiness.ts";
import { route53resolver } from "./route53resolver.ts";
import { s3 } from "./s3.ts";
import { sagemaker } from "./sagemaker.ts";
import { savingsPlans } from "./savingsplans.ts";
import { schemas } from "./schemas.ts";
import { secretsmanager } from "./secretsmanager.ts";
import { securityhub } from "./securityhub.ts";
import { securityir } from "./securityir.ts";
import { ses } from "./ses.ts";
import { signin } from "./signin.ts";
import { ssm } from "./ssm.ts";
import { ssmincidents } from "./ssmincidents.ts";
import { stepfunctions } from "./stepfunctions.ts";
import { storagegateway } from "./storagegateway.ts";
import { support } from "./support.ts";
import { swf } from "./swf.ts";
import { synthetics } from "./synthetics.ts";
import { tag } from "./tag.ts";
import { transcribe } from "./transcribe.ts";
import { transfer } from "./transfer.ts";
import { translate } from "./translate.ts";
import { trustedadvisor } from "./trustedadvisor.ts";
import { voiceid } from "./voiceid.ts";
import { workspaces } from "./workspaces.ts";
import { xray } from "./xray.ts";

/** Every formatter, one array a file of this folder. */
export const formatters = [
  a4b,
  accessanalyzer,
  acm,
  acmpca,
  airflow,
  amplify,
  appflow,
  applicationAutoscaling,
  applicationCostProfiler,
  applicationinsights,
  apprunner,
  arcZonalShift,
  autoscaling,
  backup,
  batch,
  bedrock,
  ce,
  chime,
  cloudformation,
  cloudtrail,
  cloudwatch,
  codebuild,
  codecommit,
  codedeploy,
  codepipeline,
  config,
  connect,
  controltower,
  dataexchange,
  datasync,
  devopsGuru,
  dlm,
  dms,
  drs,
  ec2,
  ec2fleet,
  ecr,
  ecs,
  eks,
  elasticache,
  elasticbeanstalk,
  emr,
  events,
  fis,
  forecast,
  gamelift,
  glue,
  groundstation,
  guardduty,
  health,
  healthlake,
  imagebuilder,
  inspector,
  iot,
  ivs,
  kms,
  lambda,
  location,
  logs,
  macie,
  mediaconnect,
  mediaconvert,
  medialive,
  mediapackage,
  mediastore,
  mgn,
  networkFirewall,
  networkManager,
  omics,
  opensearch,
  opsworks,
  organizations,
  proton,
  ram,
  rbin,
  rds,
  redshift,
  resourceGroups,
  route53RecoveryReadiness,
  route53resolver,
  s3,
  sagemaker,
  savingsPlans,
  schemas,
  secretsmanager,
  securityhub,
  securityir,
  ses,
  signin,
  ssm,
  ssmincidents,
  stepfunctions,
  storagegateway,
  support,
  swf,
  synthetics,
  tag,
  transcribe,
  transfer,
  translate,
  trustedadvisor,
  voiceid,
  workspaces,
  xray,
].flat();

export const registry: Registry = registryOf(formatters);
