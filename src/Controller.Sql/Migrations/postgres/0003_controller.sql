-- What this controller keeps beside the schema of 3.8.0. Nothing here changes what a 3.8.0 database already means.

-- Whether the agent has been given the flag of this row; only then may its acknowledgement remove the row.
ALTER TABLE "ChangeTrackings" ADD COLUMN served BOOLEAN DEFAULT false;

-- The highest issue time (seconds since 1970) seen in a token of the agent.
ALTER TABLE "Fogs" ADD COLUMN token_iat_mark BIGINT;

-- JSON list of the configuration keys that the operator changed and the agent has not fetched yet.
ALTER TABLE "Fogs" ADD COLUMN pending_config_keys TEXT;

-- Nodes that were deleted and whose agent has yet to learn it. deleted_at: milliseconds since 1970.
CREATE TABLE "FogTombstones" (
    uuid       VARCHAR(36) PRIMARY KEY,
    name       VARCHAR(255),
    public_key TEXT,
    deleted_at BIGINT NOT NULL
);

-- Small facts the replicas share, by name. updated_at: milliseconds since 1970.
CREATE TABLE "ControllerState" (
    name       VARCHAR(64) PRIMARY KEY,
    "value"    TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A token is used once, whichever replica sees it. A token recorded twice before this index existed stays recorded once.
DELETE FROM "FogUsedTokens" WHERE id NOT IN (SELECT MIN(id) FROM "FogUsedTokens" GROUP BY jti);
CREATE UNIQUE INDEX idx_fog_used_tokens_jti_unique ON "FogUsedTokens" (jti);
CREATE INDEX idx_fog_used_tokens_expiry_time ON "FogUsedTokens" (expiry_time);

-- Unique by contract; the indices keep two creates at the same moment from both succeeding.
CREATE UNIQUE INDEX idx_fogs_name_unique ON "Fogs" (name);
CREATE UNIQUE INDEX idx_microservices_application_id_name_unique ON "Microservices" (application_id, name);
CREATE UNIQUE INDEX idx_fog_provision_keys_iofog_uuid_unique ON "FogProvisionKeys" (iofog_uuid);
CREATE UNIQUE INDEX idx_fog_provision_keys_provisioning_string_unique ON "FogProvisionKeys" (provisioning_string);
CREATE UNIQUE INDEX idx_fog_public_keys_iofog_uuid_unique ON "FogPublicKeys" (iofog_uuid);
CREATE UNIQUE INDEX idx_fog_version_commands_iofog_uuid_unique ON "FogVersionCommands" (iofog_uuid);
CREATE UNIQUE INDEX idx_microservice_statuses_microservice_uuid_unique ON "MicroserviceStatuses" (microservice_uuid);

-- A large fleet draws more than two thousand million of these numbers within weeks or months.
ALTER TABLE "FogUsedTokens" ALTER COLUMN id TYPE BIGINT;
ALTER TABLE "ChangeTrackings" ALTER COLUMN id TYPE BIGINT;
ALTER TABLE "Events" ALTER COLUMN id TYPE BIGINT;

-- What agents and operators really write is longer: host names, IPv6 addresses, the text of a hardware change.
ALTER TABLE "Fogs" ALTER COLUMN daemon_status TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN security_status TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN security_violation_info TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN ip_address TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN ip_address_external TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN host TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN network_interface TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN log_level TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN time_zone TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN container_engine TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN deployment_type TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN gps_device TYPE VARCHAR(255);
ALTER TABLE "Fogs" ALTER COLUMN gps_status TYPE VARCHAR(255);
