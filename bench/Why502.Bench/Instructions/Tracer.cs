using System.Runtime.InteropServices;

namespace Why502.Bench.Instructions;

/// <summary>
/// Counts the user instructions of a child's thread between the signals of its <see cref="Region"/> by stepping through them one at a time (ptrace(2)): some hundred
/// thousand a second. The child's other threads run on. All calls have to come from one thread. Each turn of a repeated string instruction counts.
/// </summary>
internal static partial class Tracer
{
    private const int PeekUser = 3;
    private const int InstructionPointer = 16 * 8; // offsetof(struct user, regs.rip), sys/user.h
    private const int Continue = 7;
    private const int SingleStep = 9;
    private const int Seize = 0x4206;
    private const int ExitKill = 0x100000;
    private const int WaitForAll = 0x40000000; // __WALL
    private const int Trap = 5; // SIGTRAP
    private const int ChildSignal = 17; // SIGCHLD

    /// <summary>Stops of another kind than a signal's, in bits 16 and up of the status.</summary>
    private const int EventShift = 16;

    /// <param name="thread">Of a child of this process.</param>
    /// <param name="attached">Called when the thread is being watched: now it may begin.</param>
    /// <param name="places">Gets how often each place was stepped on, when it is asked for.</param>
    /// <param name="skipped">Regions whose places are left out.</param>
    /// <returns>The instructions of each region.</returns>
    public static List<long> Count(int thread, Action attached, Dictionary<long, int>? places, int skipped)
    {
        // The kernel would tell this process of every step by a signal.
        _ = Signal(ChildSignal, 0);
        if (Ptrace(Seize, thread, 0, ExitKill) < 0)
        {
            throw new InvalidOperationException($"ptrace is not allowed here (errno {Marshal.GetLastPInvokeError()}).");
        }

        attached();
        List<long> counts = [];
        long steps = 0;
        bool isCounting = false;
        while (Wait(thread, out int status, WaitForAll) == thread && (status & 0xFF) == 0x7F)
        {
            int signal = (status >> 8) & 0xFF;
            int pass = 0;
            if (signal == Trap && isCounting)
            {
                steps++;
                if (places is not null && counts.Count >= skipped)
                {
                    long place = Ptrace(PeekUser, thread, InstructionPointer, 0);
                    places[place] = places.GetValueOrDefault(place) + 1;
                }
            }
            else if (signal == Region.BeginSignal)
            {
                (isCounting, steps) = (true, 0);
            }
            else if (signal == Region.EndSignal)
            {
                isCounting = false;
                counts.Add(steps);
            }
            else
            {
                pass = status >> EventShift == 0 ? signal : 0;
            }

            _ = Ptrace(isCounting ? SingleStep : Continue, thread, 0, pass);
        }

        return counts;
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial nint Ptrace(nint request, nint thread, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int Wait(int thread, out int status, int options);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
