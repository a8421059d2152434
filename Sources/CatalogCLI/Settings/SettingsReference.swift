/// Every setting, in the order of the documentation.
enum SettingsReference {
    struct Section {
        let title: String
        let settings: [Setting]
    }

    static let sections = [
        Section(
            title: "Every command",
            settings: [
                .databaseURL, .databaseSecret, .databaseAuth, .postgresBin, .store, .enrichOutput, .notify, .mailFrom,
                .operatorsMail, .alerts, .maxFileBytes, .maxRows,
            ]),
        Section(
            title: "`catalog serve` and `catalog worker`",
            settings: [
                .httpAddress, .metricsAddress, .metricsEMF, .metricsNamespace, .eventsToken, .eventsTopic, .eventsQueue,
                .pollSeconds,
                .concurrency, .leaseSeconds,
                .stallSeconds,
                .graceSeconds,
                .listen, .httpConnections, .readDatabaseURL, .readLagSeconds, .httpRate, .httpIdleSeconds, .httpProxies,
                .oidcIssuer,
                .oidcAudience, .oidcVendorClaim, .oidcRoleClaim, .oidcClientID, .oidcClientSecret, .oidcScope,
                .auditReads, .callbackSecret, .callbackHosts,
                .publicURL, .linkProfile, .logFormat,
                .logLevel,
            ]),
        Section(
            title: "Traces",
            settings: [
                .otelEndpoint, .otelHeaders, .otelTimeout, .otelServiceName, .otelResourceAttributes, .otelSampler,
                .otelSamplerArgument, .otelDisabled,
            ]),
        Section(
            title: "Retention",
            settings: [
                .retentionErrorsDays, .retentionUploadEventsDays, .retentionVersionsDays, .retentionActionsDays,
                .enrichRetentionDays, .retentionArrivalsDays,
            ]),
        Section(
            title: "The relay",
            settings: [
                .relayTarget, .relayNamedTarget, .relayAccessKeyID, .relaySecretAccessKey, .relayWindowSeconds,
                .relayArchiveBytes,
                .relayCompression,
                .relaySlowestBytes, .relayReadBack, .relayAgeSeconds, .relayRetentionDays,
            ]),
    ]
}
