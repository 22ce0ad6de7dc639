-- What this controller keeps beside the schema of 3.8.0. Nothing here changes what a 3.8.0 database already means.

-- Whether the agent has been given the flag of this row; only then may its acknowledgement remove the row.
ALTER TABLE `ChangeTrackings` ADD COLUMN `served` BOOLEAN DEFAULT false;

-- The highest issue time (seconds since 1970) seen in a token of the agent.
ALTER TABLE `Fogs` ADD COLUMN `token_iat_mark` BIGINT;

-- JSON list of the configuration keys that the operator changed and the agent has not fetched yet.
ALTER TABLE `Fogs` ADD COLUMN `pending_config_keys` TEXT;

-- Nodes that were deleted and whose agent has yet to learn it. deleted_at: milliseconds since 1970.
CREATE TABLE `FogTombstones` (
    `uuid`       VARCHAR(36) NOT NULL PRIMARY KEY,
    `name`       VARCHAR(255),
    `public_key` TEXT,
    `deleted_at` BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Small facts the replicas share, by name. updated_at: milliseconds since 1970.
CREATE TABLE `ControllerState` (
    `name`       VARCHAR(64) NOT NULL PRIMARY KEY,
    `value`      TEXT NOT NULL,
    `updated_at` BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A token is used once, whichever replica sees it. A token recorded twice before this index existed stays recorded once.
DELETE `later` FROM `FogUsedTokens` `later`
JOIN `FogUsedTokens` `first` ON `first`.`jti` = `later`.`jti` AND `first`.`id` < `later`.`id`;
CREATE UNIQUE INDEX `idx_fog_used_tokens_jti_unique` ON `FogUsedTokens` (`jti`);
CREATE INDEX `idx_fog_used_tokens_expiry_time` ON `FogUsedTokens` (`expiry_time`);

-- Unique by contract; the indices keep two creates at the same moment from both succeeding.
CREATE UNIQUE INDEX `idx_fogs_name_unique` ON `Fogs` (`name`);
CREATE UNIQUE INDEX `idx_microservices_application_id_name_unique` ON `Microservices` (`application_id`, `name`);
CREATE UNIQUE INDEX `idx_fog_provision_keys_iofog_uuid_unique` ON `FogProvisionKeys` (`iofog_uuid`);
CREATE UNIQUE INDEX `idx_fog_provision_keys_provisioning_string_unique` ON `FogProvisionKeys` (`provisioning_string`);
CREATE UNIQUE INDEX `idx_fog_public_keys_iofog_uuid_unique` ON `FogPublicKeys` (`iofog_uuid`);
CREATE UNIQUE INDEX `idx_fog_version_commands_iofog_uuid_unique` ON `FogVersionCommands` (`iofog_uuid`);
CREATE UNIQUE INDEX `idx_microservice_statuses_microservice_uuid_unique` ON `MicroserviceStatuses` (`microservice_uuid`);

-- A large fleet draws more than two thousand million of these numbers within weeks or months.
ALTER TABLE `FogUsedTokens` MODIFY COLUMN `id` BIGINT NOT NULL AUTO_INCREMENT;
ALTER TABLE `ChangeTrackings` MODIFY COLUMN `id` BIGINT NOT NULL AUTO_INCREMENT;
ALTER TABLE `Events` MODIFY COLUMN `id` BIGINT NOT NULL AUTO_INCREMENT;

-- TEXT ends at 64 KiB here and nowhere on the other databases; these columns hold more.
ALTER TABLE `Secrets` MODIFY COLUMN `data` LONGTEXT NOT NULL;
ALTER TABLE `ConfigMaps` MODIFY COLUMN `data` LONGTEXT NOT NULL;
ALTER TABLE `Microservices` MODIFY COLUMN `config` LONGTEXT;
ALTER TABLE `Microservices` MODIFY COLUMN `annotations` LONGTEXT;
ALTER TABLE `HWInfos` MODIFY COLUMN `info` LONGTEXT;
ALTER TABLE `USBInfos` MODIFY COLUMN `info` LONGTEXT;
ALTER TABLE `NatsAccounts` MODIFY COLUMN `jwt` LONGTEXT NOT NULL;
ALTER TABLE `NatsReconcileTasks` MODIFY COLUMN `fog_uuids` LONGTEXT;
ALTER TABLE `FogPlatformSpecs` MODIFY COLUMN `spec_json` LONGTEXT NOT NULL;
ALTER TABLE `ServicePlatformReconcileTasks` MODIFY COLUMN `spec_snapshot` LONGTEXT;
ALTER TABLE `ReconcileOutbox` MODIFY COLUMN `payload` LONGTEXT NOT NULL;

-- What agents and operators really write is longer: host names, IPv6 addresses, the text of a hardware change.
ALTER TABLE `Fogs` MODIFY COLUMN `daemon_status` VARCHAR(255) DEFAULT 'NOT_PROVISIONED';
ALTER TABLE `Fogs` MODIFY COLUMN `security_status` VARCHAR(255) DEFAULT 'OK';
ALTER TABLE `Fogs` MODIFY COLUMN `security_violation_info` VARCHAR(255) DEFAULT 'No violation';
ALTER TABLE `Fogs` MODIFY COLUMN `ip_address` VARCHAR(255) DEFAULT '0.0.0.0';
ALTER TABLE `Fogs` MODIFY COLUMN `ip_address_external` VARCHAR(255) DEFAULT '0.0.0.0';
ALTER TABLE `Fogs` MODIFY COLUMN `host` VARCHAR(255);
ALTER TABLE `Fogs` MODIFY COLUMN `network_interface` VARCHAR(255) DEFAULT 'dynamic';
ALTER TABLE `Fogs` MODIFY COLUMN `log_level` VARCHAR(255) DEFAULT 'INFO';
ALTER TABLE `Fogs` MODIFY COLUMN `time_zone` VARCHAR(255) DEFAULT 'Etc/UTC';
ALTER TABLE `Fogs` MODIFY COLUMN `container_engine` VARCHAR(255);
ALTER TABLE `Fogs` MODIFY COLUMN `deployment_type` VARCHAR(255);
ALTER TABLE `Fogs` MODIFY COLUMN `gps_device` VARCHAR(255);
ALTER TABLE `Fogs` MODIFY COLUMN `gps_status` VARCHAR(255);
