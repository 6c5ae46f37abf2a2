import { type FormattersBySource, type Registry, registryOf } from "../grammar/registry.ts";
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
import { athena } from "./athena.ts";
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

/**
 * Which files of this folder speak for a source, `*` being what any source sends. A file's formatters are made when the
 * first event of its source comes in, so that start-up does not grow with the catalogue.
 */
export const formattersBySource: FormattersBySource = {
  "*": [cloudtrail],
  "aws.a4b": [a4b],
  "aws.access-analyzer": [accessanalyzer],
  "aws.acm": [acm],
  "aws.acm-pca": [acmpca],
  "aws.airflow": [airflow],
  "aws.amplify": [amplify],
  "aws.aoss": [opensearch],
  "aws.appflow": [appflow],
  "aws.application-autoscaling": [applicationAutoscaling],
  "aws.application-cost-profiler": [applicationCostProfiler],
  "aws.applicationinsights": [applicationinsights],
  "aws.apprunner": [apprunner],
  "aws.arc-zonal-shift": [arcZonalShift],
  "aws.athena": [athena],
  "aws.autoscaling": [autoscaling],
  "aws.backup": [backup],
  "aws.batch": [batch],
  "aws.bedrock": [bedrock],
  "aws.ce": [ce],
  "aws.chime": [chime],
  "aws.cloudformation": [cloudformation],
  "aws.cloudtrail": [cloudtrail],
  "aws.cloudwatch": [cloudwatch],
  "aws.codebuild": [codebuild],
  "aws.codecommit": [codecommit],
  "aws.codedeploy": [codedeploy],
  "aws.codepipeline": [codepipeline],
  "aws.config": [config],
  "aws.connect": [connect],
  "aws.controltower": [controltower],
  "aws.dataexchange": [dataexchange],
  "aws.datasync": [datasync],
  "aws.devops-guru": [devopsGuru],
  "aws.dlm": [dlm],
  "aws.dms": [dms],
  "aws.drs": [drs],
  "aws.ec2": [ec2],
  "aws.ec2fleet": [ec2fleet],
  "aws.ec2spotfleet": [ec2fleet],
  "aws.ecr": [ecr],
  "aws.ecs": [ecs],
  "aws.eks": [eks],
  "aws.elasticache": [elasticache],
  "aws.elasticbeanstalk": [elasticbeanstalk],
  "aws.emr": [emr],
  "aws.emr-containers": [emr],
  "aws.es": [opensearch],
  "aws.events": [events],
  "aws.fis": [fis],
  "aws.forecast": [forecast],
  "aws.gamelift": [gamelift],
  "aws.geo": [location],
  "aws.glue": [glue],
  "aws.greengrass": [iot],
  "aws.groundstation": [groundstation],
  "aws.guardduty": [guardduty],
  "aws.health": [health],
  "aws.healthlake": [healthlake],
  "aws.imagebuilder": [imagebuilder],
  "aws.inspector": [inspector],
  "aws.inspector2": [inspector],
  "aws.iotanalytics": [iot],
  "aws.ivs": [ivs],
  "aws.kms": [kms],
  "aws.logs": [logs],
  "aws.macie": [macie],
  "aws.mediaconnect": [mediaconnect],
  "aws.mediaconvert": [mediaconvert],
  "aws.medialive": [medialive],
  "aws.mediapackage": [mediapackage],
  "aws.mediastore": [mediastore],
  "aws.mgn": [mgn],
  "aws.network-firewall": [networkFirewall],
  "aws.networkmanager": [networkManager],
  "aws.omics": [omics],
  "aws.opsworks": [opsworks],
  "aws.organizations": [cloudtrail, organizations],
  "aws.proton": [proton],
  "aws.ram": [ram],
  "aws.rbin": [rbin],
  "aws.rds": [rds],
  "aws.redshift-data": [redshift],
  "aws.redshift-serverless": [redshift],
  "aws.resource-groups": [resourceGroups],
  "aws.route53-recovery-readiness": [route53RecoveryReadiness],
  "aws.route53resolver": [route53resolver],
  "aws.s3": [s3],
  "aws.sagemaker": [sagemaker],
  "aws.savingsplans": [savingsPlans],
  "aws.schemas": [schemas],
  "aws.secretsmanager": [secretsmanager],
  "aws.security-ir": [securityir],
  "aws.securityhub": [securityhub],
  "aws.ses": [ses],
  "aws.signin": [signin],
  "aws.ssm": [ssm],
  "aws.ssm-incidents": [ssmincidents],
  "aws.states": [stepfunctions],
  "aws.storagegateway": [storagegateway],
  "aws.support": [support],
  "aws.swf": [swf],
  "aws.synthetics": [synthetics],
  "aws.tag": [tag],
  "aws.transcribe": [transcribe],
  "aws.transfer": [transfer],
  "aws.translate": [translate],
  "aws.trustedadvisor": [trustedadvisor],
  "aws.voiceid": [voiceid],
  "aws.workspaces": [workspaces],
  "aws.xray": [xray],
  lambda: [lambda],
  "route53-recovery-readiness.amazonaws.com": [route53RecoveryReadiness],
};

export const registry: Registry = registryOf(formattersBySource);
