namespace Why502.Logs;

/// <summary>What drivers and connection pools say when a worker gets no connection: it waits, or its request fails.</summary>
internal static class DatabaseRules
{
    public static AppRule[] All { get; } =
    [
        // MySQL error 1040, PostgreSQL SQLSTATE 53300, in the words of the servers.
        new("Too many connections", AppEventKind.ConnectionsExhausted),
        new("sorry, too many clients already", AppEventKind.ConnectionsExhausted),
        new("remaining connection slots are reserved", AppEventKind.ConnectionsExhausted),
        new("max number of clients reached", AppEventKind.ConnectionsExhausted),

        // HikariCP's HikariPool.java, SQLAlchemy's pool/impl.py, Rails' connection_pool.rb, Npgsql, Sequelize.
        new("Connection is not available, request timed out after ", AppEventKind.ConnectionsExhausted),
        new("QueuePool limit of size ", AppEventKind.ConnectionsExhausted),
        new("could not obtain a connection from the pool within ", AppEventKind.ConnectionsExhausted),
        new("The connection pool has been exhausted", AppEventKind.ConnectionsExhausted),
        new("ConnectionAcquireTimeoutError", AppEventKind.ConnectionsExhausted),
    ];
}
