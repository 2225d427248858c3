namespace Why502.Logs;

/// <summary>A table of many places, few of which are in use as a rule: an empty one takes four bytes. A reference holds until a value is put into another place.</summary>
internal sealed class SparseTable<T>(int length)
    where T : struct
{
    private const int ValuesMin = 64;

    /// <summary>For each place the number of its value. The first value is that of all empty places.</summary>
    private readonly int[] numbers = new int[length];
    private T[] values = new T[ValuesMin];
    private int last;

    public int Length => numbers.Length;

    public ref readonly T this[int place] => ref values[numbers[place]];

    public void Put(int place, in T value)
    {
        ref var number = ref numbers[place];
        if (number == 0)
        {
            number = ++last;
            if (number == values.Length)
            {
                Array.Resize(ref values, number * 2);
            }
        }

        values[number] = value;
    }
}
