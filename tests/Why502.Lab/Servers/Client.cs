using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Speaks HTTP to the machine's nginx byte by byte, so that hostile requests can be sent as well.</summary>
public sealed class Client(LabMachine machine, int port = 8080, string host = "shop.example.com", string address = "127.0.0.1")
{
    private readonly IPEndPoint _nginx = new(IPAddress.Parse(address), port);

    /// <summary>One GET; the status, 0 for an empty answer.</summary>
    public int Get(string target = "/", params string[] headers) => Send($"GET {target} HTTP/1.1", headers);

    public int[] Get(int times, string target) => [.. Enumerable.Range(0, times).Select(_ => Get(target))];

    /// <summary>GETs at the same time, with n=0, n=1, … in the query.</summary>
    public int[] GetTogether(int times, string target)
    {
        var statuses = new int[times];
        var threads = Enumerable.Range(0, times)
            .Select(n => new Thread(() => statuses[n] = Get(string.Create(CultureInfo.InvariantCulture, $"{target}?n={n}"))))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return statuses;
    }

    /// <summary>Requests that must end with the given status, or the scenario has not come about.</summary>
    public void MustGet(int status, string target = "/", int times = 1)
    {
        var statuses = Get(times, target);
        if (statuses.Any(seen => seen != status))
        {
            throw new LabException($"GET {target} gave {string.Join(' ', statuses)} instead of {status}");
        }
    }

    public int Send(string requestLine, params string[] headers)
    {
        try
        {
            using var socket = Open(requestLine, headers);
            using var stream = new NetworkStream(socket);
            stream.ReadTimeout = 20_000;
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var status = reader.ReadLine()?.Split(' ');
            reader.ReadToEnd();
            return status is { Length: > 1 } ? int.Parse(status[1], CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Sends a request and leaves before the answer.</summary>
    public void GiveUp(string target, int afterMilliseconds = 50)
    {
        using var socket = Open($"GET {target} HTTP/1.1", []);
        Thread.Sleep(afterMilliseconds);
    }

    /// <summary>Sends a request and keeps the connection without waiting for the answer.</summary>
    public IDisposable Leave(string target) => Open($"GET {target} HTTP/1.1", []);

    /// <summary>Keeps requests coming until it is disposed, each sender one at a time.</summary>
    public IDisposable Keep(string target, int senders = 1, int pauseMilliseconds = 20) => new Load(this, target, senders, pauseMilliseconds);

    private Socket Open(string requestLine, string[] headers)
    {
        var socket = machine.Connect(_nginx);
        var text = new StringBuilder(requestLine).Append("\r\nHost: ").Append(host).Append("\r\nConnection: close\r\n");
        foreach (var header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        socket.Send(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()));
        return socket;
    }

    private sealed class Load : IDisposable
    {
        private readonly List<Thread> _threads;
        private volatile bool _over;

        public Load(Client client, string target, int senders, int pause)
        {
            _threads = [.. Enumerable.Range(0, senders).Select(_ => new Thread(() => Send(client, target, pause)) { IsBackground = true })];
            _threads.ForEach(thread => thread.Start());
        }

        // The senders are left to end by themselves: one may wait for an answer that takes long.
        public void Dispose() => _over = true;

        private void Send(Client client, string target, int pause)
        {
            while (!_over)
            {
                client.Get(target);
                Thread.Sleep(pause);
            }
        }
    }
}
