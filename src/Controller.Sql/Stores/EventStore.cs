namespace Controller.Sql.Stores;

/// <summary>An audit event (<c>Events</c>); the values of its fields: api-platform 17.1.</summary>
public sealed record EventRow
{
    /// <summary>0 while not stored.</summary>
    public long Id { get; init; }

    /// <summary>Milliseconds since 1970: when the request started.</summary>
    public required long Timestamp { get; init; }
    public required string EventType { get; init; }
    public required string EndpointType { get; init; }
    public string? ActorId { get; init; }
    public string? Method { get; init; }
    public string? ResourceType { get; init; }
    public string? ResourceId { get; init; }
    public required string EndpointPath { get; init; }
    public string? IpAddress { get; init; }
    public required string Status { get; init; }
    public int? StatusCode { get; init; }
    public string? StatusMessage { get; init; }
    public string? RequestId { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>Which events to list; what is null does not restrict.</summary>
public sealed record EventFilter
{
    /// <summary>Milliseconds since 1970, inclusive.</summary>
    public long? From { get; init; }

    /// <summary>Milliseconds since 1970, inclusive.</summary>
    public long? To { get; init; }
    public string? EventType { get; init; }
    public string? EndpointType { get; init; }
    public string? ActorId { get; init; }
    public string? ResourceType { get; init; }
    public string? Status { get; init; }

    /// <summary>Any of these; empty = all.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];
}

/// <summary>Audit events.</summary>
public static class EventStore
{
    private const string Columns =
        """
        "timestamp", "event_type", "endpoint_type", "actor_id", "method", "resource_type", "resource_id", "endpoint_path", "ip_address",
        "status", "status_code", "status_message", "request_id", "created_at", "updated_at"
        """;

    /// <summary>Rows of one INSERT; few sizes, so that few statements are prepared.</summary>
    private static readonly int[] Sizes = [64, 8, 1];

    /// <summary>Adds events.</summary>
    public static async Task InsertAsync(DbSession session, IReadOnlyList<EventRow> rows, DateTimeOffset now)
    {
        var next = 0;
        foreach (var size in Sizes)
        {
            for (; rows.Count - next >= size; next += size)
            {
                await InsertAsync(session, rows, next, size, now).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One page of the events, newest first, and how many there are in all.</summary>
    public static async Task<(List<EventRow> Rows, long Total)> ListAsync(DbSession session, EventFilter filter, int limit, long offset)
    {
        var total = await session.QueryOneAsync($"SELECT COUNT(*) FROM \"Events\" {Where(filter, out var parameters)}", r => r.Long(), parameters)
            .ConfigureAwait(false);
        var where = Where(filter, out parameters);
        parameters.Add("limit", limit);
        parameters.Add("offset", offset);
        var rows = await session.QueryAsync(
            $"""
            SELECT "id", {Columns} FROM "Events" {where} ORDER BY "timestamp" DESC, "id" DESC LIMIT @limit OFFSET @offset
            """,
            Map,
            parameters).ConfigureAwait(false);
        return (rows, total);
    }

    /// <summary>The id of the newest row; 0 when there is none.</summary>
    public static Task<long> LastIdAsync(DbSession session) =>
        session.QueryOneAsync("SELECT MAX(\"id\") FROM \"Events\"", r => r.Long());

    /// <summary>Removes up to <paramref name="most"/> events.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="before">Only those that are older, milliseconds since 1970; null = of any age.</param>
    /// <param name="lastId">Only those up to this id.</param>
    /// <param name="most">Bounds the transaction.</param>
    /// <returns>How many went.</returns>
    public static Task<int> DeleteAsync(DbSession session, long? before, long lastId, int most)
    {
        var parameters = new SqlParams { { "last", lastId }, { "most", most } };
        var (condition, order) = ("", "id");
        if (before is { } time)
        {
            // In the order of an index, so that finding nothing more does not read the whole table.
            (condition, order) = ("AND \"timestamp\" < @before", "timestamp");
            parameters.Add("before", time);
        }

        // The inner select is wrapped since MySQL takes no LIMIT directly inside IN.
        return session.ExecuteAsync(
            $"""
            DELETE FROM "Events" WHERE "id" IN (
              SELECT "id" FROM (SELECT "id" FROM "Events" WHERE "id" <= @last {condition} ORDER BY "{order}" LIMIT @most) AS oldest)
            """,
            parameters);
    }

    private static Task InsertAsync(DbSession session, IReadOnlyList<EventRow> rows, int first, int count, DateTimeOffset now)
    {
        var parameters = new SqlParams { { "now", now } };
        var values = new string[count];
        for (var i = 0; i < count; i++)
        {
            var row = rows[first + i];
            parameters.Add($"time{i}", row.Timestamp);
            parameters.Add($"event{i}", row.EventType);
            parameters.Add($"endpoint{i}", row.EndpointType);
            parameters.Add($"actor{i}", row.ActorId);
            parameters.Add($"method{i}", row.Method);
            parameters.Add($"type{i}", row.ResourceType);
            parameters.Add($"resource{i}", row.ResourceId);
            parameters.Add($"path{i}", row.EndpointPath);
            parameters.Add($"ip{i}", row.IpAddress);
            parameters.Add($"status{i}", row.Status);
            parameters.Add($"code{i}", row.StatusCode);
            parameters.Add($"message{i}", row.StatusMessage);
            parameters.Add($"request{i}", row.RequestId);
            values[i] = $"(@time{i}, @event{i}, @endpoint{i}, @actor{i}, @method{i}, @type{i}, @resource{i}, @path{i}, @ip{i}, "
                + $"@status{i}, @code{i}, @message{i}, @request{i}, @now, @now)";
        }

        return session.ExecuteAsync($"INSERT INTO \"Events\" ({Columns}) VALUES {string.Join(", ", values)}", parameters);
    }

    private static string Where(EventFilter filter, out SqlParams parameters)
    {
        var values = parameters = [];
        var conditions = new List<string>();
        Add("timestamp", ">=", "from", filter.From);
        Add("timestamp", "<=", "to", filter.To);
        Add("event_type", "=", "event", filter.EventType);
        Add("endpoint_type", "=", "endpoint", filter.EndpointType);
        Add("actor_id", "=", "actor", filter.ActorId);
        Add("resource_type", "=", "resource", filter.ResourceType);
        Add("status", "=", "status", filter.Status);
        if (filter.Methods.Count > 0)
        {
            conditions.Add($"\"method\" IN {values.In("method", filter.Methods)}");
        }

        return conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);

        void Add(string column, string comparison, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add($"\"{column}\" {comparison} @{name}");
                values.Add(name, value);
            }
        }
    }

    private static EventRow Map(SqlRow r) => new()
    {
        Id = r.Long(),
        Timestamp = r.Long(),
        EventType = r.Text(),
        EndpointType = r.Text(),
        ActorId = r.TextOrNull(),
        Method = r.TextOrNull(),
        ResourceType = r.TextOrNull(),
        ResourceId = r.TextOrNull(),
        EndpointPath = r.Text(),
        IpAddress = r.TextOrNull(),
        Status = r.Text(),
        StatusCode = r.IntOrNull(),
        StatusMessage = r.TextOrNull(),
        RequestId = r.TextOrNull(),
        CreatedAt = r.TimeOrNull(),
        UpdatedAt = r.TimeOrNull(),
    };
}
