using System.Data.Common;

namespace Controller.Sql;

/// <summary>
/// Statements on one connection, inside a transaction when it came from <see cref="Database.WriteAsync{T}"/>.
/// Valid only during the callback it was handed to, by one caller at a time.
/// </summary>
public sealed class DbSession
{
    private readonly Database _database;
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly Dictionary<string, DbCommand>? _commands;
    private HashSet<string>? _changed;
    private bool _nothingElse;
    private List<Func<Task>>? _committing;
    private List<Action>? _committed;

    internal DbSession(
        DbConnection connection, Database database, DbTransaction? transaction, Dictionary<string, DbCommand>? commands)
    {
        _database = database;
        _connection = connection;
        _transaction = transaction;
        _commands = commands;
    }

    /// <summary>The dialect of this connection.</summary>
    public Dialect Dialect => _database.Dialect;

    /// <summary>Statements run so far: what proves that a list costs the same however long it is.</summary>
    public int StatementCount { get; private set; }

    /// <summary>
    /// What the work changes of what is kept in memory by <see cref="Database.Revision"/>: microservices, with everything
    /// below them, by uuid, other rows by the name of their table. Null when it has not said so.
    /// </summary>
    internal IReadOnlyCollection<string>? Changed => _nothingElse ? _changed ?? [] : null;

    /// <summary>Rows are changed, added or removed. Said by the stores that do it.</summary>
    /// <param name="names">Uuids of microservices whose rows or children they are, or names of other tables.</param>
    public void Changes(params IEnumerable<string> names) => (_changed ??= new(StringComparer.Ordinal)).UnionWith(names);

    /// <summary>
    /// The work changes nothing that anybody keeps in memory but what is named by <see cref="Changes"/>. Said by whoever
    /// knows the whole transaction: telemetry that is read from memory anyway, acknowledgements and signs of life name
    /// nothing at all.
    /// </summary>
    public void NothingElseChanges() => _nothingElse = true;

    /// <summary>Runs <paramref name="work"/> as the last part of the transaction, for what is gathered until then.</summary>
    public void OnCommitting(Func<Task> work) => (_committing ??= []).Add(work);

    /// <summary>Runs <paramref name="action"/> once the transaction is committed, before its caller goes on; never on roll-back.</summary>
    public void OnCommitted(Action action) => (_committed ??= []).Add(action);

    /// <summary>Runs a statement and returns the number of rows it touched.</summary>
    public async Task<int> ExecuteAsync(string sql, SqlParams? parameters = null)
    {
        var command = Command(sql, parameters);
        try
        {
            return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>Runs an INSERT into a table whose key <c>id</c> the database assigns, and returns that id.</summary>
    public async Task<long> InsertAsync(string sql, SqlParams? parameters = null, string idColumn = "id")
    {
        if (Dialect.HasReturning)
        {
            return await QueryOneAsync($"{sql} RETURNING \"{idColumn}\"", r => (long?)r.Long(), parameters).ConfigureAwait(false)
                ?? throw new DatabaseException(DatabaseFault.Other, "INSERT returned no id");
        }

        var command = Command(sql, parameters);
        try
        {
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            return ((MySqlConnector.MySqlCommand)command).LastInsertedId;
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>Runs a query and maps every row.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<SqlRow, T> map, SqlParams? parameters = null)
    {
        var command = Command(sql, parameters);
        try
        {
            var rows = new List<T>();
            var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var row = new SqlRow(reader, Dialect);
                while (await reader.ReadAsync().ConfigureAwait(false))
                {
                    row.Rewind();
                    rows.Add(map(row));
                }
            }

            return rows;
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>Runs a query and maps its first row; default when there is none.</summary>
    public async Task<T?> QueryOneAsync<T>(string sql, Func<SqlRow, T> map, SqlParams? parameters = null)
    {
        var command = Command(sql, parameters);
        try
        {
            var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync().ConfigureAwait(false) ? map(new SqlRow(reader, Dialect)) : default;
            }
        }
        catch (Exception e) when (Dialect.Classify(e) is { } classified)
        {
            throw classified;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>The end of the work: what was left for it.</summary>
    internal async Task CompleteAsync()
    {
        for (var i = 0; i < _committing?.Count; i++)
        {
            await _committing[i]().ConfigureAwait(false);
        }
    }

    internal void RunCommitted()
    {
        if (_committed is null)
        {
            return;
        }

        foreach (var action in _committed)
        {
            action();
        }
    }

    private DbCommand Command(string sql, SqlParams? parameters)
    {
        StatementCount++;
        _database.StatementRuns?.Invoke(sql);
        // SQLite keeps a command's compiled statements as long as its text stays the same; the server drivers
        // prepare by themselves.
        DbCommand? command = null;
        if (_commands is not null && !_commands.TryGetValue(sql, out command))
        {
            const int mostKept = 256;
            if (_commands.Count >= mostKept)
            {
                foreach (var old in _commands.Values)
                {
                    old.Dispose();
                }

                _commands.Clear();
            }

            _commands[sql] = command = _connection.CreateCommand();
            command.CommandText = sql;
        }

        if (command is null)
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
        }

        command.Transaction = _transaction;
        if (parameters is not null)
        {
            foreach (var (name, value) in parameters)
            {
                var parameter = command.CreateParameter();
                // With its prefix: SQLite's driver finds the bare name only at the second try.
                parameter.ParameterName = "@" + name;
                parameter.Value = value switch
                {
                    null => DBNull.Value,
                    DateTimeOffset time => Dialect.ToDatabase(time),
                    _ => value,
                };
                command.Parameters.Add(parameter);
            }
        }

        return command;
    }

    private void Done(DbCommand command)
    {
        if (_commands is null)
        {
            command.Dispose();
        }
        else
        {
            command.Parameters.Clear();
        }
    }
}
