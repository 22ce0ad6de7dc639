-- What this controller keeps beside the exec and log sessions of 3.8.0.

-- The process that holds each side's socket: of one that has died nobody else would ever end the session.
ALTER TABLE MicroserviceExecSessions ADD COLUMN user_replica VARCHAR(36);
ALTER TABLE MicroserviceExecSessions ADD COLUMN agent_replica VARCHAR(36);
ALTER TABLE MicroserviceLogStatuses ADD COLUMN user_replica VARCHAR(36);
ALTER TABLE MicroserviceLogStatuses ADD COLUMN agent_replica VARCHAR(36);
ALTER TABLE FogLogStatuses ADD COLUMN user_replica VARCHAR(36);
ALTER TABLE FogLogStatuses ADD COLUMN agent_replica VARCHAR(36);
