/** Loopback ports that were free a moment ago. */
export interface Ports {
  readonly monitor: number;
  readonly gateway: number;
}

/**
 * The configuration of one monitor, one object store in memory and one Object Gateway, all on loopback. Sized for a
 * start within a second or two: no manager, one placement group for each pool, no waiting for further monitors.
 * https://docs.ceph.com/en/pacific/rados/configuration/
 */
export function cephSettings(folder: string, cluster: string, ports: Ports): string {
  return `[global]
fsid = ${cluster}
mon_initial_members = a
mon_host = [v2:127.0.0.1:${ports.monitor}]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = true
mon_warn_on_insecure_global_id_reclaim_allowed = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 500
mon_osd_min_down_reporters = 1
osd_crush_chooseleaf_type = 0
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
log_file = ${folder}/log/$name.log
keyring = ${folder}/keyring
mon_data = ${folder}/mon
osd_data = ${folder}/osd.0
osd_class_load_list = *
osd_class_default_list = *
[osd]
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_op_num_shards = 2
[client.rgw.a]
rgw_data = ${folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${ports.gateway} tcp_nodelay=1
rgw_thread_pool_size = 32
rgw_enable_usage_log = false
rgw_gc_obj_min_wait = 1
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw_s3_auth_use_sts = true
rgw_sts_key = keystead-tests-1
`;
}
